/**
 * How PostgreSQL goes about each statement of the frontier with many rows in it: the scheduler's own functions are called, and what the
 * server's auto_explain says of their statements is gathered. Nine tenths of the rows are of ended runs.
 *
 *   node bench/frontier-plans.ts [rows]      10,000,000: 6 GB below TMPDIR, a quarter of an hour
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@seine/runtime'
import { makePostgres } from '@seine/stack'
import { migrate } from '../services/scheduler/src/database/migrate.ts'
import { connectPostgres } from '../services/scheduler/src/database/postgres.ts'
import { enterKnownUrls } from '../services/scheduler/src/discovery/known-urls.ts'
import { cancelUrls, takeUpCancelled } from '../services/scheduler/src/frontier/cancel-urls.ts'
import { makeClaim } from '../services/scheduler/src/frontier/claim.ts'
import { enterUrls } from '../services/scheduler/src/frontier/enter-urls.ts'
import { makeLeaseCare } from '../services/scheduler/src/frontier/leases.ts'
import { reopenUrls } from '../services/scheduler/src/frontier/reopen-urls.ts'
import { lockSiteRun } from '../services/scheduler/src/frontier/site-run-row.ts'
import { rearmHosts } from '../services/scheduler/src/frontier/wake-hosts.ts'
import { runCounts, siteGroups } from '../services/scheduler/src/lifecycle/job-row.ts'
import { makeApplyOutcomes } from '../services/scheduler/src/outcomes/apply-outcomes.ts'
import { findExpired } from '../services/scheduler/src/retention/expired.ts'
import { makeRelease } from '../services/scheduler/src/retention/release.ts'
import { makeReadLedger } from '../services/scheduler/src/runs/read-ledger.ts'
import { makeReadStats } from '../services/scheduler/src/runs/read-stats.ts'
import { planRun } from '../services/scheduler/src/testing/database.ts'
import { testCatalogue, testOutcome, testPage, testSite } from '../services/scheduler/src/testing/fixtures.ts'
import { fillRun, withoutIndexes } from './frontier-plans/fill.ts'
import { readPlans, type StatementPlan } from './frontier-plans/read-plans.ts'

const rows = Number(process.argv[2] ?? 10_000_000)
const siteCount = 200
/** Ended runs of many sites, one ended run of one large site, and one that is under way. */
const runCount = 10
const pagesEach = Math.floor(rows / runCount / siteCount)
const enterSettings = { maxUrlsPerSite: 5_000_000, freshForMs: 0 }

const folder = mkdtempSync(join(tmpdir(), 'seine-frontier-'))
chmodSync(folder, 0o755)
const logFile = join(folder, 'postgres.log')
const server = await makePostgres({ dir: join(folder, 'postgres'), durability: 'fast', restart: false, logFile })
await server.process.start()
const options = { url: server.url, maxConnections: 4, startTimeoutMs: 10_000 }
const unexplained = await connectPostgres(options, silentLogger)
await migrate(unexplained, silentLogger)

const sites = Array.from({ length: siteCount }, (_, i) => testSite(`shop${i}`, { policy: 'fast' }))
const catalogue = testCatalogue([...sites, testSite('large', { policy: 'fast' })], {
  fast: { ratePerSecond: 10_000, concurrency: 128 },
})
const names = sites.map(({ name }) => name)
const startedMs = performance.now()
const ended: string[] = []
for (let run = 0; run < runCount - 2; run++) ended.push(await planRun(unexplained, catalogue, { sites: names }))
const large = await planRun(unexplained, catalogue, { sites: ['large'] })
const active = await planRun(unexplained, catalogue, { sites: names })
await withoutIndexes(unexplained, async () => {
  for (const run of ended) await fillRun(unexplained, run, { pages: pagesEach, done: pagesEach })
  await fillRun(unexplained, large, { pages: pagesEach * siteCount, done: pagesEach * siteCount })
  await fillRun(unexplained, active, { pages: pagesEach, done: pagesEach / 2 })
})
await unexplained.query(`update bulk_jobs set status = 'completed', finished_at = now() where id <> $1`, [active])
await unexplained.query(`update bulk_job_sites set status = 'completed', finished_at = now() where job_id <> $1`, [
  active,
])
await unexplained.query(`update bulk_jobs set status = 'running', started_at = now() where id = $1`, [active])
await unexplained.query(
  `update bulk_job_sites set status = 'running', step = 'fetch', previous_run_id = $2 where job_id = $1`,
  [active, ended[0]],
)
for (const setting of [
  `session_preload_libraries = 'auto_explain'`,
  'auto_explain.log_min_duration = 0',
  'auto_explain.log_analyze = on',
  'auto_explain.log_buffers = on',
  'auto_explain.log_timing = off',
  `auto_explain.log_format = 'json'`,
  'auto_explain.log_parameter_max_length = 0',
])
  await unexplained.query(`alter database seine set ${setting}`)
const [size] = await unexplained.query<{ n: number; bytes: number; indexes: number }>(
  `select count(*)::float8 as n, pg_table_size('urls')::float8 as bytes, pg_indexes_size('urls')::float8 as indexes from urls`,
)
console.log(
  `${size!.n} rows of urls in ${Math.round((performance.now() - startedMs) / 1_000)} s: ${mb(size!.bytes)}, indexes ${mb(size!.indexes)}`,
)
await unexplained[Symbol.asyncDispose]()

const database = await connectPostgres(options, silentLogger)
const plans: Record<string, StatementPlan[]> = {}

async function explain<T>(what: string, work: () => Promise<T>): Promise<T> {
  const fromByte = statSync(logFile).size
  const result = await work()
  plans[what] = readPlans(readFileSync(logFile).subarray(fromByte).toString('utf8'))
  const slowest = plans[what].toSorted((a, b) => b.durationMs - a.durationMs)[0]
  const totalMs = plans[what].reduce((sum, { durationMs }) => sum + durationMs, 0)
  console.log(`${what}: ${plans[what].length} statements, ${totalMs.toFixed(1)} ms`)
  if (slowest !== undefined) {
    const { durationMs, buffersHit, buffersRead, text } = slowest
    console.log(`  slowest ${durationMs.toFixed(1)} ms, ${buffersHit} + ${buffersRead} buffers: ${text.slice(0, 100)}`)
    for (const { relation, index, rows: found, removed } of slowest.scans)
      if (found + removed > 0 || index === null)
        console.log(
          `    ${relation} ${index === null ? 'ALL OF IT' : `by ${index}`}: ${found} rows, ${removed} thrown away`,
        )
  }
  return result
}

try {
  const siteRunOf = (site: string) => database.transaction((sql) => lockSiteRun(sql, active, site))
  const idOf = async (runId: string) =>
    (
      await database.query<{ id: string }>('select id from bulk_job_sites where job_id = $1 order by position', [runId])
    ).map(({ id }) => id)
  const activeIds = await idOf(active)
  const fresh = Array.from({ length: 4_000 }, (_, i) => testPage(`https://shop0.test/new/some-product-name-${i}`))
  const enter = () =>
    database.transaction(async (sql) =>
      enterUrls(sql, (await lockSiteRun(sql, active, 'shop0'))!, fresh, enterSettings, Date.now()),
    )
  await explain('enter 4,000 URLs', enter)
  await explain('enter 4,000 URLs that are there', enter)
  const claim = makeClaim(database, 30_000)
  const { tasks } = await explain('claim', () => claim(Date.now() + 1_000))
  const apply = makeApplyOutcomes(database)
  const outcomes = tasks.slice(0, 500).map(({ runId, site, urlId, attempt }) => {
    return { runId, site, outcome: testOutcome({ urlId, attempt, etag: '"abc"' }) }
  })
  await explain('apply 500 outcomes', () => apply(outcomes, Date.now()))
  const care = (pending: number, laterMs: number) =>
    makeLeaseCare({
      ...{ database, leaseMs: 30_000, nowMs: () => Date.now() + laterMs, log: silentLogger },
      pendingOn: async () => pending,
    })()
  await explain('look for leases that ran out (none)', () => care(0, 0))
  await explain('extend leases', () => care(1, 60_000))
  await explain('drive leases again', () => care(0, 200_000))
  await explain('wake hosts that sleep', () => rearmHosts(database, Date.now()))
  await explain('read stats', makeReadStats(database))
  await explain('count a run', async () => [await siteGroups(database, active), await runCounts(database, active)])
  const readLedger = makeReadLedger(database)
  const middle = `https://large.test/range-${Math.floor((pagesEach * siteCount) / 200)}/`
  await explain('read 1,000 rows of a ledger', () =>
    readLedger({ runId: large, site: 'large', limit: 1_000, afterUrl: middle }),
  )
  await explain('enter 5,000 known URLs', async () => {
    const run = await siteRunOf('shop1')
    await database.transaction((sql) => enterKnownUrls(sql, run!, enterSettings, Date.now()))
  })
  await explain('find what expired', () => findExpired(database, { runs: 1, days: null }, Date.now()))
  await explain('reopen failed pages of a site', () =>
    reopenUrls(database, activeIds[3]!, { what: 'failed-pages' }, Date.now()),
  )
  await explain('cancel a run', () => database.transaction((sql) => cancelUrls(sql, activeIds)))
  await explain('take up a cancelled site', () => database.transaction((sql) => takeUpCancelled(sql, activeIds[0]!)))
  const release = makeRelease({ database, publishRemoval: async () => {}, nowMs: Date.now, log: silentLogger })
  for (const id of await idOf(ended[1]!)) await release.begin(id)
  await explain('delete half a run of 200 sites', release.finish)
  await release.finish()
  for (const id of await idOf(large)) await release.begin(id)
  await explain('delete a run of one site', release.finish)
  await explain('claim after deletions', () => claim(Date.now() + 2_000))
  const results = join(import.meta.dirname, 'results')
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `frontier-plans-${rows}.json`), JSON.stringify(plans, null, 1))
} finally {
  await database[Symbol.asyncDispose]()
  await server.process.stop()
  rmSync(folder, { recursive: true, force: true })
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
