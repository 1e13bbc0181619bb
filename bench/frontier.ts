/**
 * What the frontier costs a URL in PostgreSQL: enter, claim, complete, in the batches the scheduler uses.
 *
 *   node bench/frontier.ts [urls]
 */
import { pageResult } from '@seine/contracts'
import { makeClaim } from '../services/scheduler/src/frontier/claim.ts'
import { enterUrls } from '../services/scheduler/src/frontier/enter-urls.ts'
import { lockSiteRun } from '../services/scheduler/src/frontier/site-run-row.ts'
import { makeApplyOutcomes } from '../services/scheduler/src/outcomes/apply-outcomes.ts'
import { planRun, startDatabase } from '../services/scheduler/src/testing/database.ts'
import { testCatalogue, testOutcome, testSite } from '../services/scheduler/src/testing/fixtures.ts'

const urls = Number(process.argv[2] ?? 100_000)
const siteCount = 10
const perBatch = 4_000
const perOutcomes = 500

const { database, stop } = await startDatabase()
const sites = Array.from({ length: siteCount }, (_, i) => testSite(`shop${i}`, { policy: 'fast' }))
const catalogue = testCatalogue(sites, { fast: { ratePerSecond: 10_000, concurrency: 128 } })
const runId = await planRun(database, catalogue)
await database.query(`update bulk_job_sites set status = 'running', step = 'fetch'`)

const perSite = urls / siteCount
const report = (what: string, ms: number, cpuMs: number) =>
  console.log(
    `${what.padEnd(10)} ${((ms * 1_000) / urls).toFixed(1)} µs/URL, of it ${((cpuMs * 1_000) / urls).toFixed(1)} µs CPU here`,
  )

async function measure(what: string, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const used = process.cpuUsage(cpu)
  report(what, performance.now() - start, (used.user + used.system) / 1_000)
}

await measure('enter', async () => {
  for (const site of sites)
    for (let from = 0; from < perSite; from += perBatch) {
      const candidates = Array.from({ length: Math.min(perBatch, perSite - from) }, (_, i) => ({
        url: `https://${site.name}.test/category-${(from + i) % 97}/some-product-name-${from + i}`,
        kind: 'page' as const,
        source: 'sitemap' as const,
        depth: 0,
        redirects: 0,
      }))
      await database.transaction(async (sql) => {
        const run = await lockSiteRun(sql, runId, site.name)
        await enterUrls(sql, run!, candidates, { maxUrlsPerSite: 5_000_000, freshForMs: 0 }, Date.now())
      })
    }
})

const claim = makeClaim(database, 30_000)
const apply = makeApplyOutcomes(database)
let claimMs = 0
let applyMs = 0
let done = 0
const cpu = process.cpuUsage()
let nowMs = Date.now()
while (done < urls) {
  // A second passes for the pace between claims: what is measured is the work, not the waiting.
  nowMs += 1_000
  const start = performance.now()
  const { tasks } = await claim(nowMs)
  claimMs += performance.now() - start
  if (tasks.length === 0) throw new Error(`nothing to claim after ${done}`)
  for (let from = 0; from < tasks.length; from += perOutcomes) {
    const received = tasks.slice(from, from + perOutcomes).map((task) => ({
      runId: task.runId,
      site: task.site,
      outcome: testOutcome({ urlId: task.urlId, attempt: task.attempt, etag: '"abc"' }),
    }))
    const begin = performance.now()
    done += (await apply(received, nowMs)).done
    applyMs += performance.now() - begin
  }
}
const used = process.cpuUsage(cpu)
report('claim', claimMs, 0)
report('complete', applyMs, 0)
console.log(`claim and complete: ${((used.user + used.system) / urls).toFixed(1)} µs CPU here a URL`)
const [ledger] = await database.query('select sum(discovered) d, sum(ok) ok, sum(pending) p from bulk_job_sites')
console.log(ledger, pageResult.name)
await stop()
