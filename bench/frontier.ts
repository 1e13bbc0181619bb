/**
 * What the frontier costs a URL in PostgreSQL: enter, claim, complete, in the batches the scheduler uses. CPU is what
 * to compare: wall time is that of a machine which does other things too.
 *
 *   node bench/frontier.ts [urls]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { makeClaim } from '../services/scheduler/src/frontier/claim.ts'
import { enterUrls } from '../services/scheduler/src/frontier/enter-urls.ts'
import { lockSiteRun } from '../services/scheduler/src/frontier/site-run-row.ts'
import { makeApplyOutcomes } from '../services/scheduler/src/outcomes/apply-outcomes.ts'
import { ledgersBalance, planRun, startDatabase } from '../services/scheduler/src/testing/database.ts'
import { testCatalogue, testOutcome, testPage, testSite } from '../services/scheduler/src/testing/fixtures.ts'

const urls = Number(process.argv[2] ?? 100_000)
const siteCount = 10
const perBatch = 4_000
const perOutcomes = 500

const { database, stop } = await startDatabase()
const sites = Array.from({ length: siteCount }, (_, i) => testSite(`shop${i}`, { policy: 'fast' }))
const catalogue = testCatalogue(sites, { fast: { ratePerSecond: 10_000, concurrency: 128 } })
const runId = await planRun(database, catalogue)
await database.query(`update bulk_jobs set status = 'running'`)
await database.query(`update bulk_job_sites set status = 'running', step = 'fetch'`)
const [backend] = await database.query<{ pid: number }>('select pg_backend_pid() as pid')
const postmaster = statOf(backend!.pid)?.parent

interface Cost {
  wallMs: number
  clientMs: number
  serverMs: number
}
const costs: Record<string, Cost> = {}

async function measure<T>(what: string, work: () => Promise<T>): Promise<T> {
  const before = { wallMs: performance.now(), clientMs: clientCpuMs(), serverMs: serverCpuMs() }
  const result = await work()
  const cost = costs[what] ?? { wallMs: 0, clientMs: 0, serverMs: 0 }
  costs[what] = {
    wallMs: cost.wallMs + performance.now() - before.wallMs,
    clientMs: cost.clientMs + clientCpuMs() - before.clientMs,
    serverMs: cost.serverMs + serverCpuMs() - before.serverMs,
  }
  return result
}

const perSite = urls / siteCount
await measure('enter', async () => {
  for (const site of sites)
    for (let from = 0; from < perSite; from += perBatch) {
      const n = Math.min(perBatch, perSite - from)
      const candidates = Array.from({ length: n }, (_, i) =>
        testPage(`https://${site.name}.test/category-${(from + i) % 97}/some-product-name-${from + i}`),
      )
      await database.transaction(async (sql) => {
        const run = await lockSiteRun(sql, runId, site.name)
        await enterUrls(sql, run!, candidates, { maxUrlsPerSite: 5_000_000, freshForMs: 0 }, Date.now())
      })
    }
})

const claim = makeClaim(database, 30_000)
const apply = makeApplyOutcomes(database)
let nowMs = Date.now()
for (let done = 0; done < urls; ) {
  // A second passes for the pace between claims: what is measured is the work, not the waiting.
  nowMs += 1_000
  const { tasks } = await measure('claim', () => claim(nowMs))
  if (tasks.length === 0) throw new Error(`nothing to claim after ${done}`)
  await measure('complete', async () => {
    for (let from = 0; from < tasks.length; from += perOutcomes) {
      const received = tasks.slice(from, from + perOutcomes).map(({ runId, site, urlId, attempt }) => {
        return { runId, site, outcome: testOutcome({ urlId, attempt, etag: '"abc"' }) }
      })
      done += (await apply(received, nowMs)).done
    }
  })
}

const perUrl = (ms: number) => `${((ms * 1_000) / urls).toFixed(1)} µs`.padStart(9)
console.log(`${urls} URLs, 10 sites; a URL:      wall  scheduler CPU  PostgreSQL CPU`)
for (const [what, { wallMs, clientMs, serverMs }] of Object.entries(costs))
  console.log(`${what.padEnd(24)} ${perUrl(wallMs)} ${perUrl(clientMs).padStart(14)} ${perUrl(serverMs).padStart(15)}`)
console.log(`ledger balances: ${await ledgersBalance(database)}`)
await stop()

function clientCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Of all processes of the server, in the kernel's ticks of 10 ms; 0 where there is no /proc. */
function serverCpuMs(): number {
  if (postmaster === undefined) return 0
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return all.reduce((sum, pid) => {
    const stat = statOf(Number(pid))
    return stat?.parent === postmaster ? sum + stat.cpuMs : sum
  }, 0)
}

function statOf(pid: number): { parent: number; cpuMs: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 }
  } catch {
    return undefined
  }
}
