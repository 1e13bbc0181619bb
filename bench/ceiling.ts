/**
 * What one process reaches with undici, htmlparser2 and nothing else, over the same pages the mesh is measured with: no
 * politeness, no broker, no reports. `node bench/ceiling.ts [--concurrency 32] [--fetch-only]`
 */
import { parseArgs } from 'node:util'
import { bareExtract } from './bare-extract.ts'
import { fetchAll } from './compare/fetch-all.ts'
import { startDocSites } from './sites/doc-sites.ts'

const { values } = parseArgs({
  options: { concurrency: { type: 'string', default: '32' }, 'fetch-only': { type: 'boolean', default: false } },
})

const docs = await startDocSites()
try {
  const urls = Object.values(docs.pages).flatMap((pages) => [...pages.keys()])
  const startedMs = performance.now()
  const startCpu = process.cpuUsage()
  const seen = { pages: 0, failed: 0, bytes: 0, links: 0, words: 0, titles: 0 }
  await fetchAll(urls, Number(values.concurrency), ({ url, status, body }) => {
    if (status !== 200) seen.failed++
    seen.pages++
    seen.bytes += body.length
    if (values['fetch-only']) return
    const record = bareExtract(body.toString('utf8'), url)
    seen.links += record.links.size
    seen.words += record.words
    if (record.title !== '') seen.titles++
  })

  const seconds = (performance.now() - startedMs) / 1_000
  const cpu = process.cpuUsage(startCpu)
  console.log(
    JSON.stringify({
      ...seen,
      seconds: round(seconds),
      pagesPerSecond: Math.round(seen.pages / seconds),
      cpuMsPerPage: round((cpu.user + cpu.system) / 1_000 / seen.pages),
      meanPageKb: round(seen.bytes / seen.pages / 1_000),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
    }),
  )
} finally {
  await docs.stop()
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
