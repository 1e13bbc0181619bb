import type { Catalogue } from '@seine/catalogue'
import { newId, type Outcome, type RunOptions, runOptionsSchema, type Site, urlIdOf } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startPostgres } from '@seine/testkit'
import { fingerprintOf } from '../catalogue/fingerprint.ts'
import { importSites } from '../catalogue/import-sites.ts'
import { migrate } from '../database/migrate.ts'
import { connectPostgres, type Postgres } from '../database/postgres.ts'
import type { Database } from '../database/sql.ts'
import type { Candidate } from '../discovery/admission.ts'
import { makeClaim } from '../frontier/claim.ts'
import { type Entered, type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { type Applied, makeApplyOutcomes } from '../outcomes/apply-outcomes.ts'
import { makeCreateRun } from '../runs/create-run.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { testOutcome, testPage } from './fixtures.ts'

/** A real PostgreSQL with the schema, for one test file. */
export async function startDatabase() {
  const server = await startPostgres()
  const database = await connectPostgres({ url: server.url, maxConnections: 20, startTimeoutMs: 10_000 }, silentLogger)
  await migrate(database, silentLogger)
  return {
    database,
    server,
    url: server.url,
    async stop(): Promise<void> {
      await database[Symbol.asyncDispose]()
      await server.stop()
    },
  }
}

/** Makes the catalogue in the database say what `sites.json` with these sites would, had it never been read before. */
export const storeSites = (database: Database, sites: readonly Site[], nowMs: number): Promise<void> =>
  database.transaction(async (sql) => {
    await sql.query('delete from catalogue_file_entries')
    await importSites(
      sql,
      sites.map((site) => ({ site, fingerprint: fingerprintOf(site) })),
      nowMs,
    )
  })

/** Plans a run over the catalogue's sites and gives its id. */
export async function planRun(
  database: Postgres,
  catalogue: Catalogue,
  options: Partial<RunOptions> = {},
  nowMs: number = Date.now(),
): Promise<string> {
  const createRun = makeCreateRun({
    database,
    catalogue: async () => catalogue,
    enabled: true,
    maxConcurrency: 5,
    nowMs: () => nowMs,
    readRun: makeReadRuns(database).getRun,
  })
  const run = await createRun({ options: runOptionsSchema.parse(options), correlationId: `test-${newId()}` })
  return run.id
}

/** When tests begin: the ms they speak of are counted from here, because to a host of 1970 nothing has ever been due. */
export const t0 = Date.UTC(2026, 0, 1)

/** Takes every run and URL away. */
export const emptyDatabase = (database: Postgres) =>
  database.query('truncate bulk_jobs, hosts, urls, bulk_job_site_hosts, discovery_batches cascade')

/** A row of `urls`, as far as tests look. */
export interface UrlRow {
  readonly state: 0 | 1 | 2
  readonly outcome: string | null
  readonly reason: string
  readonly attempt: number
  readonly failures: number
  readonly wonAttempt: number
  readonly holdsSlot: boolean
}

/**
 * The frontier of a run whose sites all fetch, without broker or clockwork: for tests of its statements. Time is the
 * caller's, in ms after {@link t0}.
 */
export async function fetchingRun(
  database: Postgres,
  catalogue: Catalogue,
  options: Partial<RunOptions> = {},
  settings: EnterSettings = { maxUrlsPerSite: 1_000_000, freshForMs: 0 },
) {
  const runId = await planRun(database, catalogue, options)
  await database.query(
    `update bulk_job_sites set status = 'running', step = 'fetch', started_at = now() where job_id = $1`,
    [runId],
  )
  await database.query(`update bulk_jobs set status = 'running', started_at = now() where id = $1`, [runId])
  const apply = makeApplyOutcomes(database)
  const claim = makeClaim(database, 30_000)
  const idOf = (site: string, path: string) => urlIdOf(runId, site, `https://${site}.test${path}`)

  return {
    runId,
    idOf,
    claim: (ms: number) => claim(t0 + ms),
    enter: (site: string, candidates: readonly Candidate[], ms = 0): Promise<Entered> =>
      database.transaction(async (sql) => {
        const run = await lockSiteRun(sql, runId, site)
        return enterUrls(sql, run!, candidates, settings, t0 + ms)
      }),
    /** Pages `/0` … of a site. */
    pages: (site: string, n: number, from = 0): Candidate[] =>
      Array.from({ length: n }, (_, i) => testPage(`https://${site}.test/${from + i}`)),
    apply: (site: string, outcomes: readonly Outcome[], ms = 0): Promise<Applied> =>
      apply(
        outcomes.map((outcome) => ({ runId, site, outcome })),
        t0 + ms,
      ),
    outcome(site: string, path: string, attempt: number, more: Partial<Outcome> = {}): Outcome {
      const { retryAtMs, hostDueAtMs } = more
      return testOutcome({
        urlId: idOf(site, path),
        attempt,
        ...more,
        ...(retryAtMs === undefined ? {} : { retryAtMs: t0 + retryAtMs }),
        ...(hostDueAtMs === undefined ? {} : { hostDueAtMs: t0 + hostDueAtMs }),
      })
    },
    async site(site: string): Promise<SiteRunRow> {
      const run = await database.transaction((sql) => lockSiteRun(sql, runId, site))
      return run!
    },
    async url(site: string, path: string): Promise<UrlRow> {
      const [row] = await database.query<UrlRow>(
        `select state, outcome, reason, attempt, failures, won_attempt as "wonAttempt", lease_until is not null as "holdsSlot"
         from urls where id = $1`,
        [idOf(site, path)],
      )
      return row!
    },
    reasons: async (site: string): Promise<Record<string, number>> => {
      const rows = await database.query<{ reason: string; n: number }>(
        `select r.outcome || ' ' || r.reason as reason, r.n from bulk_job_site_reasons r
         join bulk_job_sites s on s.id = r.site_run_id where s.job_id = $1 and s.site = $2 and r.n <> 0`,
        [runId, site],
      )
      return Object.fromEntries(rows.map((row) => [row.reason, row.n]))
    },
  }
}

/** Whether the counters of every site run are what its rows say: I1, checked from the ground. Of a cancelled one, rows that are not done were cut off. */
export async function ledgersBalance(database: Postgres): Promise<boolean> {
  const wrong = await database.query(
    `select s.site from bulk_job_sites s cross join lateral (
       select count(*) filter (where kind = 'page') as discovered,
         count(*) filter (where kind = 'page' and state <> 2 and s.status <> 'cancelled') as pending,
         count(*) filter (where kind = 'page' and outcome = 'ok') as ok,
         count(*) filter (where kind = 'page' and outcome = 'unchanged') as unchanged,
         count(*) filter (where kind = 'page' and outcome = 'failed') as failed,
         count(*) filter (where kind = 'page' and (outcome = 'skipped' or (state <> 2 and s.status = 'cancelled'))) as skipped,
         count(*) filter (where kind <> 'page' and state <> 2 and s.status <> 'cancelled') as sources_pending
       from urls u where u.site_run_id = s.id
     ) u
     where (s.discovered, s.pending, s.ok, s.unchanged, s.failed, s.skipped, s.sources_pending)
       <> (u.discovered, u.pending, u.ok, u.unchanged, u.failed, u.skipped, u.sources_pending)`,
  )
  return wrong.length === 0
}
