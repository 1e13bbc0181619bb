import { silentLogger } from '@seine/runtime'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { emptyDatabase, fetchingRun, ledgersBalance, startDatabase, t0 } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { cancelUrls, endCancelled, takeUpCancelled } from './cancel-urls.ts'
import { giveBack } from './give-back.ts'
import { makeLeaseCare, maxLeaseAgeMs, maxLosses } from './leases.ts'
import { reopenUrls } from './reopen-urls.ts'
import { rearmHosts } from './wake-hosts.ts'

const started = startDatabase()
let database: Postgres
beforeEach(async () => {
  database = (await started).database
  await emptyDatabase(database)
})
afterAll(async () => (await started).stop())

const catalogue = testCatalogue([testSite('lamps', { policy: 'p' })], { p: { ratePerSecond: 10_000, concurrency: 4 } })
const leaseMs = 30_000

async function leased(n: number) {
  const run = await fetchingRun(database, catalogue)
  await run.enter('lamps', run.pages('lamps', n))
  await run.claim(0)
  return run
}

const care = (nowMs: number, held: number, asked: string[] = []) =>
  makeLeaseCare({
    database,
    leaseMs,
    pendingOn: async (subject) => {
      asked.push(subject)
      return held
    },
    nowMs: () => t0 + nowMs,
    log: silentLogger,
  })()

test('a lease that ran out is driven again when the stream holds nothing for the host, without a failure', async () => {
  const run = await leased(1)
  const asked: string[] = []
  await care(29_000, 0, asked)
  expect(asked).toEqual([])
  await care(31_000, 0, asked)
  expect(asked).toEqual(['work.fetch.*.test.lamps'])
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 0, failures: 0, holdsSlot: false })
  expect((await run.claim(31_000)).tasks).toMatchObject([{ attempt: 2, failures: 0 }])
})

test('it is extended while the stream holds tasks of the host', async () => {
  const run = await leased(1)
  await care(31_000, 3)
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 1, holdsSlot: true })
  const asked: string[] = []
  await care(60_000, 0, asked)
  expect(asked).toEqual([])
})

test('but not for longer than all deliveries of a task can take: then it is a dead letter', async () => {
  const run = await leased(1)
  await care(maxLeaseAgeMs + 31_000, 1)
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 0 })
})

test('a URL that is lost again and again is failed, so that the run ends', async () => {
  const run = await leased(1)
  let nowMs = 0
  for (let loss = 0; loss <= maxLosses; loss++) {
    nowMs += 31_000
    await care(nowMs, 0)
    await run.claim(nowMs)
  }
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 2, outcome: 'failed', reason: 'lost' })
  expect(await ledgersBalance(database)).toBe(true)
})

/** Cancels the one site of a run, or takes it up again. */
const cancel = (siteRunId: string) =>
  database.transaction(async (sql) => {
    await cancelUrls(sql, [siteRunId])
    await sql.query(`update bulk_job_sites set status = 'cancelled' where id = $1`, [siteRunId])
  })
const takeUp = (siteRunId: string) =>
  database.transaction(async (sql) => {
    await sql.query(`update bulk_job_sites set status = 'running' where id = $1`, [siteRunId])
    return takeUpCancelled(sql, siteRunId)
  })

test('a cancel ends everything at once, and what is out keeps its host’s slot until it is heard of', async () => {
  const run = await leased(10)
  const { id } = await run.site('lamps')
  await cancel(id)
  expect(await run.site('lamps')).toMatchObject({ pending: 0, skipped: 10 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped cancelled': 10 })
  expect(await ledgersBalance(database)).toBe(true)
  const slots = async () => (await database.query('select 1 from urls where lease_until is not null')).length
  expect(await slots()).toBe(4)
  const next = await fetchingRun(database, catalogue)
  await next.enter('lamps', next.pages('lamps', 10), 2_000)
  expect((await next.claim(2_000)).tasks).toEqual([])
  await care(31_000, 0)
  expect(await slots()).toBe(0)
  expect((await next.claim(32_000)).tasks).toHaveLength(4)
})

test('what was cancelled is taken up again, also what was out when it was and is heard of only then', async () => {
  const run = await leased(10)
  await run.apply('lamps', [run.outcome('lamps', '/0', 1)])
  const { id } = await run.site('lamps')
  await cancel(id)
  const claimedMeanwhile = run.idOf('lamps', '/9')
  await database.query('update urls set state = 1, lease_until = now() where id = $1', [claimedMeanwhile])
  await run.apply('lamps', [run.outcome('lamps', '/1', 1), run.outcome('lamps', '/9', 0)])
  expect(await run.site('lamps')).toMatchObject({ pending: 0, ok: 1, skipped: 9 })
  expect(await ledgersBalance(database)).toBe(true)

  expect(await takeUp(id)).toBe(0)
  expect(await run.site('lamps')).toMatchObject({ pending: 9, ok: 1, skipped: 0 })
  expect(await run.reasons('lamps')).toEqual({})
  expect(await ledgersBalance(database)).toBe(true)
  await care(200_000, 0)
  const claimed = [await run.claim(200_000)].flatMap(({ tasks }) => tasks)
  expect(claimed).toHaveLength(4)
  // The first outcome counts, also that of a task from before the cancel.
  await run.apply('lamps', [run.outcome('lamps', '/2', 1)])
  expect(await run.site('lamps')).toMatchObject({ pending: 8, ok: 2 })
})

test('a site that goes on without what was cancelled has it as skipped, and it can be reopened later', async () => {
  const run = await leased(10)
  const { id } = await run.site('lamps')
  await cancel(id)
  await database.transaction((sql) => endCancelled(sql, id, t0 + 1_000))
  await database.query(`update bulk_job_sites set status = 'running' where id = $1`, [id])
  expect(await run.url('lamps', '/5')).toMatchObject({ state: 2, outcome: 'skipped', reason: 'cancelled' })
  expect(await ledgersBalance(database)).toBe(true)
  await database.query(`update bulk_job_sites set status = 'cancelled' where id = $1`, [id])
  expect(await takeUp(id)).toBe(10)
  const reopened = database.transaction((sql) => reopenUrls(sql, id, { what: 'cancelled' }, t0 + 2_000))
  expect(await reopened).toBe(10)
  expect(await run.site('lamps')).toMatchObject({ pending: 10, skipped: 0 })
  expect(await ledgersBalance(database)).toBe(true)
})

test('failed URLs can be reopened; attempts go on counting', async () => {
  const run = await leased(4)
  await run.apply('lamps', [
    run.outcome('lamps', '/0', 1),
    run.outcome('lamps', '/1', 1, { outcome: 'failed', reason: 'http-500' }),
  ])
  const { id } = await run.site('lamps')
  const reopen = (what: Parameters<typeof reopenUrls>[2]) =>
    database.transaction((sql) => reopenUrls(sql, id, what, t0 + 2_000))
  expect(await reopen({ what: 'failed-pages' })).toBe(1)
  expect(await reopen({ what: 'ids', ids: [run.idOf('lamps', '/0'), run.idOf('lamps', '/none')] })).toBe(1)
  expect(await run.site('lamps')).toMatchObject({ pending: 4, ok: 0, failed: 0 })
  expect(await run.reasons('lamps')).toEqual({})
  expect(await ledgersBalance(database)).toBe(true)
})

test('a reopened page can be claimed again with the next attempt', async () => {
  const run = await leased(1)
  await run.apply('lamps', [run.outcome('lamps', '/0', 1, { outcome: 'failed', reason: 'http-500' })])
  const { id } = await run.site('lamps')
  await database.transaction((sql) => reopenUrls(sql, id, { what: 'failed-pages' }, t0 + 2_000))
  expect((await run.claim(2_000)).tasks).toMatchObject([{ attempt: 2, failures: 0 }])
})

test('tasks that the stream refuses go back and wait', async () => {
  const run = await leased(2)
  const [row] = await database.query<{ urlId: string; attempt: number }>(
    'select id as "urlId", attempt from urls where state = 1 limit 1',
  )
  await giveBack(database, [row!], t0 + 5_000)
  await giveBack(database, [{ ...row!, attempt: 9 }], t0 + 5_000)
  expect((await run.claim(4_000)).tasks).toEqual([])
  expect((await run.claim(5_000)).tasks).toMatchObject([{ urlId: row!.urlId, attempt: 2 }])
})

test('a host put to sleep by accident is woken again', async () => {
  const run = await leased(8)
  await database.query('update hosts set wake_at = null')
  await database.query('update urls set lease_until = null where state = 1')
  expect((await run.claim(2_000)).tasks).toEqual([])
  await rearmHosts(database, t0 + 2_000)
  expect((await run.claim(2_000)).tasks).toHaveLength(4)
})

test('a host that sleeps until an outcome comes is left asleep', async () => {
  const run = await leased(8)
  const asleep = () => database.query('select 1 from hosts where wake_at is null')
  await run.claim(2_000)
  expect(await asleep()).toHaveLength(1)
  await rearmHosts(database, t0 + 2_000)
  expect(await asleep()).toHaveLength(1)
  await run.apply('lamps', [run.outcome('lamps', '/0', 1)], 2_500)
  expect(await asleep()).toHaveLength(0)
})
