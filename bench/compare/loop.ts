/**
 * The ceiling as a tool of the comparison: fetches a list of URLs in one process, reads each page and forgets it.
 *
 *   node loop.ts <file of URLs> <full|bare> <concurrency>
 *
 * `full` makes the record that a fetcher makes of a page, by the same code; `bare` takes five fields with htmlparser2.
 */
import { readFileSync } from 'node:fs'
import { readPage } from '@seine/pages'
import { bareExtract } from '../bare-extract.ts'
import { type FetchedBody, fetchAll } from './fetch-all.ts'

const [urlsFile = '', reader, concurrency] = process.argv.slice(2)
const urls = readFileSync(urlsFile, 'utf8').split('\n')

let pages = 0
const count = (isRead: boolean) => {
  if (isRead) pages++
}
const readers: Record<string, (page: FetchedBody) => void> = {
  full: ({ url, status, headers, body }) => {
    const measured = { depth: 0, truncated: false, ttfbMs: 0, durationMs: 0, fetchedAtMs: Date.now() }
    const { record } = readPage(
      { url, status, headers, body, transferredBytes: body.byteLength, ...measured },
      { siteHosts: new Set([new URL(url).host]), fields: null, isPage: status === 200 },
    )
    count(record.seo !== null)
  },
  bare: ({ url, status, body }) => {
    const { links } = bareExtract(body.toString('utf8'), url)
    count(status === 200 && links.size >= 0)
  },
}
const read = readers[reader ?? '']
if (read === undefined) throw new Error(`no reader is called ${reader}`)

console.log(`BEGIN ${cpuMs()}`)
await fetchAll(urls, Number(concurrency), read)
console.log(`DONE ${pages}`)

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
