import { type RemoveArtifacts, type RunOptions, type SeineEvent, urlIdOf } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeReadRuns } from '../runs/read-runs.ts'
import { makeResumeRun } from '../runs/resume-run.ts'
import { makeRetryRun } from '../runs/retry-run.ts'
import { emptyDatabase, planRun, startDatabase, storeSites } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeRetention } from './retention.ts'

const day = 24 * 60 * 60_000
const now = Date.UTC(2026, 10, 21)
const catalogue = testCatalogue([testSite('lamps'), testSite('books', { retain: { runs: 3, days: 36_500 } })])
let server: Awaited<ReturnType<typeof startDatabase>>
let removed: RemoveArtifacts[]
let nowMs: number

beforeAll(async () => {
  server = await startDatabase()
  await storeSites(server.database, catalogue.sites, now)
})
afterAll(() => server.stop())
beforeEach(async () => {
  removed = []
  nowMs = now
  await emptyDatabase(server.database)
  await server.database.query('truncate outbox')
})

const retentionOf = (runs: number | null, days: number | null, broken: () => boolean = () => false) =>
  makeRetention({
    ...{ database: server.database, defaults: { runs, days }, graceMs: day, log: silentLogger, nowMs: () => nowMs },
    async publishRemoval(message) {
      if (broken()) throw new Error('the broker is away')
      removed.push(message)
    },
  })

/** A run that ended so many days ago, each of its sites with two pages. */
async function ended(daysAgo: number, over: { status?: string; options?: Partial<RunOptions> } = {}): Promise<string> {
  const { status = 'completed', options = {} } = over
  const runId = await planRun(server.database, catalogue, options, now - daysAgo * day)
  const { database } = server
  await database.query(`update bulk_jobs set status = $2, finished_at = $3, archive = '{}' where id = $1`, [
    runId,
    status,
    new Date(now - daysAgo * day),
  ])
  await database.query(
    `update bulk_job_sites set status = $2, step = 'export', finished_at = $3, discovered = 2, ok = 2,
       artifacts = '[{"sizeBytes": 700}, {"sizeBytes": 300}]' where job_id = $1`,
    [runId, status, new Date(now - daysAgo * day)],
  )
  for (const site of ['lamps', 'books'])
    for (const n of [1, 2]) {
      const url = `https://${site}.test/${n}`
      await database.query(
        `insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, state, next_attempt_at)
         select $1::uuid, id, $2, $3, 'page', 'link', 1, 0, 3, 2, now() from bulk_job_sites where job_id = $4 and site = $5`,
        [urlIdOf(runId, site, url), url, `${site}.test`, runId, site],
      )
      await database.query('insert into discovery_batches values ($1, 1, 0)', [urlIdOf(runId, site, url)])
    }
  return runId
}

async function left(runId: string, site: string): Promise<number> {
  const rows = await server.database.query(
    'select 1 from urls u join bulk_job_sites s on s.id = u.site_run_id where s.job_id = $1 and s.site = $2',
    [runId, site],
  )
  return rows.length
}

const listed = async (retention: ReturnType<typeof retentionOf>) =>
  (await retention.report({ dryRun: true })).siteRuns.map(({ runId, site, reason }) => [runId, site, reason])

test('what is beyond the number of runs or the days is listed, by the site’s own word before the defaults', async () => {
  const runs = [await ended(40), await ended(30), await ended(20), await ended(10), await ended(1)]
  expect(await listed(retentionOf(null, null))).toEqual([
    [runs[0], 'books', 'runs'],
    [runs[1], 'books', 'runs'],
  ])
  expect((await listed(retentionOf(4, null))).filter(([, site]) => site === 'lamps')).toEqual([
    [runs[0], 'lamps', 'runs'],
  ])
  expect((await listed(retentionOf(null, 15))).filter(([, site]) => site === 'lamps')).toEqual(
    runs.slice(0, 3).map((runId) => [runId, 'lamps', 'days']),
  )
})

test('the last complete run stays however old it is, and so does the last whole one', async () => {
  const whole = await ended(90)
  const cut = await ended(80, { options: { limit: 1 } })
  await ended(70, { status: 'failed' })
  const dry = await ended(60, { options: { dry_run: true } })
  const runs = (await listed(retentionOf(1, 1))).filter(([, site]) => site === 'lamps').map(([runId]) => runId)
  expect(runs).not.toContain(whole)
  expect(runs).not.toContain(cut)
  expect(runs).toContain(dry)
})

test('a run that another one under way is compared with stays, and so does one that has not ended', async () => {
  const old = await ended(40)
  await ended(1)
  const going = await planRun(server.database, catalogue, {}, now)
  await server.database.query('update bulk_job_sites set previous_run_id = $2 where job_id = $1', [going, old])
  expect(await listed(retentionOf(1, 1))).toEqual([])
})

test('it is announced by an event, and let go of when the grace is over', async () => {
  const old = await ended(40)
  const last = await ended(1)
  const retention = retentionOf(1, null)
  await retention.round()
  const events = (
    await server.database.query<{ event: SeineEvent }>(
      `select event from outbox where event->>'type' like 'retention%' order by position`,
    )
  ).map(({ event }) => event)
  expect(events.map(({ type, job_id, site }) => [type, job_id, site])).toEqual([['retention.planned', old, 'lamps']])
  expect(events[0]?.data).toEqual({
    ...{ reason: 'runs', pages: 2, artifactBytes: 1_000, after: new Date(now + day).toISOString() },
  })
  await retention.round()
  expect(removed).toEqual([])
  expect(await left(old, 'lamps')).toBe(2)

  nowMs = now + day
  await retention.round()
  expect(removed).toEqual([{ runId: old, site: 'lamps' }])
  expect([await left(old, 'lamps'), await left(old, 'books'), await left(last, 'lamps')]).toEqual([0, 2, 2])
  expect(await server.database.query('select 1 from discovery_batches')).toHaveLength(6)
  const { sites } = await makeReadRuns(server.database).listSiteRuns({ runId: old, page: 1, perPage: 10 })
  expect(sites[0]).toMatchObject({ site: 'lamps', counts: { ok: 2 }, artifacts: [], releasedAt: expect.any(String) })
  expect(sites[1]).not.toHaveProperty('releasedAt')
})

test('the archive goes with the last site of its run, and comparisons of which it is the later run', async () => {
  const old = await ended(40)
  const recent = await ended(2)
  await server.database.query(
    `insert into run_diffs (id, before_run_id, after_run_id, correlation_id, created_at)
     values (gen_random_uuid(), $1, $2, 'test', now()), (gen_random_uuid(), $2, $1, 'test', now())`,
    [recent, old],
  )
  const retention = retentionOf(null, 10)
  await retention.report({ dryRun: false })
  await retention.round()
  expect(removed).toEqual([{ runId: old, site: 'lamps' }])
  await server.database.query(`update sites set config = config - 'retain' where name = 'books'`)
  await retention.report({ dryRun: false })
  await retention.round()
  expect(removed.slice(1)).toEqual([
    { runId: old, site: 'books' },
    { runId: old, site: null },
  ])
  expect(await server.database.query('select archive from bulk_jobs where id = $1', [old])).toEqual([{ archive: null }])
  expect(await server.database.query('select after_run_id as after from run_diffs')).toEqual([{ after: recent }])
  await storeSites(server.database, catalogue.sites, now)
})

test('samples of its progress go with a site run, those of the run with its last site', async () => {
  const old = await ended(40)
  await ended(1)
  for (const site of ['lamps', 'books', null])
    await server.database.query(
      `insert into bulk_job_progress (job_id, site, at, counts, bytes, pages_per_second, eta) values ($1, $2, now(), '{}', 0, 0, '{}')`,
      [old, site],
    )
  const sampled = async () =>
    (
      await server.database.query<{ site: string | null }>(
        'select site from bulk_job_progress where job_id = $1 order by site',
        [old],
      )
    ).map(({ site }) => site)
  const lampsAlone = retentionOf(1, null)
  await lampsAlone.report({ dryRun: false })
  await lampsAlone.round()
  expect(await sampled()).toEqual(['books', null])
  await server.database.query(`update sites set config = config - 'retain' where name = 'books'`)
  await lampsAlone.report({ dryRun: false })
  await lampsAlone.round()
  expect(await sampled()).toEqual([])
  await storeSites(server.database, catalogue.sites, now)
})

test('what is announced stays after all where settings have changed', async () => {
  await ended(40)
  await ended(1)
  await retentionOf(1, null).round()
  await retentionOf(9, null).round()
  nowMs = now + 2 * day
  await retentionOf(1, null).round()
  expect(removed).toEqual([])
})

test('a round that breaks off is taken up by the next one', async () => {
  const old = await ended(40)
  await ended(1)
  let away = true
  const retention = retentionOf(1, null, () => away)
  await retention.report({ dryRun: false })
  await expect(retention.round()).rejects.toThrow('the broker is away')
  away = false
  await retention.round()
  expect(removed).toEqual([{ runId: old, site: 'lamps' }])
  await retention.round()
  expect(removed).toHaveLength(1)
})

test('a dry run tells and does nothing', async () => {
  await ended(40)
  await ended(1)
  const retention = retentionOf(1, null)
  expect(await retention.report({ dryRun: true })).toMatchObject({ total: 1, pages: 2, artifactBytes: 1_000 })
  nowMs = now + 2 * day
  await retention.round()
  expect(removed).toEqual([])
})

test('a run whose results are gone is not gone on with', async () => {
  const old = await ended(40, { status: 'failed' })
  await ended(1)
  await ended(1)
  const retention = retentionOf(1, null)
  await retention.report({ dryRun: false })
  await retention.round()
  const deps = { database: server.database, nowMs: () => nowMs, readRun: makeReadRuns(server.database).getRun }
  const gone = { code: 'conflict', message: expect.stringContaining('are not kept any more') }
  await expect(makeResumeRun(deps)({ runId: old })).rejects.toMatchObject(gone)
  await expect(makeRetryRun(deps)({ runId: old, site: 'lamps', failuresOnly: false })).rejects.toMatchObject(gone)
})
