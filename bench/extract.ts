import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { extractPage } from '@seine/extract'
import { Parser } from 'htmlparser2'

/**
 * CPU milliseconds a page for bare htmlparser2 with empty handlers and for `extractPage`, over the HTML files below a folder:
 * `node bench/extract.ts /usr/share/doc [maxPages] [minBytes] [maxBytes]`.
 */
const [folder, maxPages = '5000', minBytes = '1', maxBytes = '10000000'] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node bench/extract.ts <folder of .html files> [maxPages] [minBytes] [maxBytes]')
  process.exit(2)
}

/** Rounds before the measured one, so that everything hot is compiled. */
const warmUpRounds = 4

const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.html'))
  .sort()
  .map((name) => join(folder, name))
  .filter((path) => {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats?.isFile() === true && stats.size >= Number(minBytes) && stats.size <= Number(maxBytes)
  })
  .slice(0, Number(maxPages))
  .map((path) => readFileSync(path, 'utf8'))

if (pages.length === 0) {
  console.error(`no .html files of that size below ${folder}`)
  process.exit(1)
}

function cpuMsPerPage(read: (html: string) => void): string {
  for (let round = 0; round < warmUpRounds; round++) for (const html of pages) read(html)
  const before = process.cpuUsage()
  for (const html of pages) read(html)
  const used = process.cpuUsage(before)
  return ((used.user + used.system) / 1_000 / pages.length).toFixed(3)
}

const nothing = (): void => {}
const handlers = {
  onopentagname: nothing,
  onopentag: nothing,
  onattribute: nothing,
  ontext: nothing,
  onclosetag: nothing,
}
const siteHosts = new Set(['docs.test'])
const url = 'https://docs.test/manual/page.html'

const chars = pages.reduce((sum, html) => sum + html.length, 0)
console.log(
  `pages                 ${pages.length}, mean ${(chars / pages.length / 1_000).toFixed(1)} thousand characters`,
)
console.log(`bare htmlparser2      ${cpuMsPerPage((html) => new Parser(handlers).end(html))} ms CPU a page`)
console.log(
  `extractPage           ${cpuMsPerPage((html) => extractPage({ url, html, headers: {}, siteHosts }))} ms CPU a page`,
)
