/**
 * Crawls a list of URLs with Crawlee's CheerioCrawler and writes a CSV.
 *
 *   node crawl.mjs <file of URLs> <folder to write to> <durable|memory> <concurrency>
 *
 * As its guides advise: as many at once from the start as the crawler is allowed, all of the machine's memory, no session
 * pool, no retries, no log. `durable` is its default storage, a file a request and a file a page; `memory` keeps both in
 * memory (`persistStorage: false`).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CheerioCrawler, Configuration, log } from '@crawlee/cheerio'
import { rowOf } from './page-row.mjs'

const [urlsFile, folder, storage, concurrency] = process.argv.slice(2)
const urls = readFileSync(urlsFile, 'utf8').split('\n')

log.setLevel(log.LEVELS.OFF)
const configuration = new Configuration({
  persistStorage: storage === 'durable',
  storageClientOptions: { localDataDirectory: join(folder, 'storage') },
  availableMemoryRatio: 0.75,
  purgeOnStart: true,
})
const crawler = new CheerioCrawler(
  {
    minConcurrency: Number(concurrency),
    maxConcurrency: Number(concurrency),
    maxRequestRetries: 0,
    useSessionPool: false,
    persistCookiesPerSession: false,
    preNavigationHooks: [
      (_, gotOptions) => {
        // It would make up a browser's headers for each request.
        gotOptions.useHeaderGenerator = false
      },
    ],
    async requestHandler({ $, request, response, pushData }) {
      await pushData(rowOf($, request.url, response))
    },
  },
  configuration,
)

console.log(`BEGIN ${cpuMs()}`)
const { requestsFinished } = await crawler.run(urls)
await crawler.exportData(join(folder, 'pages.csv'), 'csv')
console.log(`DONE ${requestsFinished}`)

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
