import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { emptyDatabase, fetchingRun, startDatabase, t0 } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { slotLookaheadMs } from './pace.ts'

const started = startDatabase()
let database: Postgres
beforeEach(async () => {
  database = (await started).database
  await emptyDatabase(database)
})
afterAll(async () => (await started).stop())

const fast = { ratePerSecond: 10_000, concurrency: 4 }
const oneSite = (policy: { ratePerSecond: number; concurrency: number }) =>
  testCatalogue([testSite('lamps', { policy: 'p' })], { p: policy })

test('a host gets no more tasks at once than its concurrency, and the next when an outcome came', async () => {
  const run = await fetchingRun(database, oneSite(fast))
  await run.enter('lamps', run.pages('lamps', 10))
  const first = await run.claim(0)
  expect(first.tasks.map((task) => task.attempt)).toEqual([1, 1, 1, 1])
  expect((await run.claim(5_000)).tasks).toEqual([])
  await run.apply('lamps', [run.outcome('lamps', new URL(first.tasks[0]!.url).pathname, 1)], 6_000)
  expect((await run.claim(6_000)).tasks).toHaveLength(1)
})

test('a host that answers fast gets some tasks ahead, which wait for a place at the fetchers', async () => {
  const outAfter = async (durationMs: number, more: { render?: 'browser' } = {}) => {
    await emptyDatabase(database)
    const run = await fetchingRun(database, testCatalogue([testSite('lamps', { policy: 'p', ...more })], { p: fast }))
    await run.enter('lamps', run.pages('lamps', 500))
    const [task, ...others] = (await run.claim(0)).tasks
    await run.apply('lamps', [run.outcome('lamps', new URL(task!.url).pathname, 1, { durationMs, status: 200 })], 100)
    return others.length + (await run.claim(5_000)).tasks.length
  }
  // As many as would be done in 100 ms, four at once.
  expect(await outAfter(50)).toBe(4 + 8)
  expect(await outAfter(390)).toBe(4 + 2)
  expect(await outAfter(1)).toBe(4 + 64)
  // One more would wait for longer than a fetcher should hold it.
  expect(await outAfter(2_801)).toBe(4)
  // The place of a page that is rendered is another thing than the time that its document took.
  expect(await outAfter(50, { render: 'browser' })).toBe(4)
})

test('a host is paced by its rate, a slot’s look-ahead early', async () => {
  const run = await fetchingRun(database, oneSite({ ratePerSecond: 1, concurrency: 100 }))
  await run.enter('lamps', run.pages('lamps', 100))
  const sent: number[] = []
  for (let ms = 0; ms <= 10_000; ms += 50) {
    const { tasks } = await run.claim(ms)
    for (const _ of tasks) sent.push(ms)
  }
  // Slot k is free at k seconds: its task goes out when it is within the look-ahead.
  for (const [k, ms] of sent.entries()) expect(ms).toBeGreaterThanOrEqual(k * 1_000 - slotLookaheadMs)
  expect(sent).toHaveLength(11)
})

test('at a high rate a second’s worth goes out at once and the average holds', async () => {
  const run = await fetchingRun(database, oneSite({ ratePerSecond: 100, concurrency: 512 }))
  await run.enter('lamps', run.pages('lamps', 500))
  let sent = 0
  for (let ms = 0; ms <= 2_000; ms += 100) sent += (await run.claim(ms)).tasks.length
  expect(sent).toBeGreaterThanOrEqual(200)
  expect(sent).toBeLessThanOrEqual(300)
})

test('what the host’s clock says holds the host back', async () => {
  const run = await fetchingRun(database, oneSite(fast))
  await run.enter('lamps', run.pages('lamps', 10))
  const [task] = (await run.claim(0)).tasks
  const blocked = { outcome: 'deferred', retryAtMs: 60_000, hostDueAtMs: 60_000, countsAsFailure: true } as const
  await run.apply('lamps', [run.outcome('lamps', new URL(task!.url).pathname, 1, blocked)], 100)
  expect((await run.claim(50_000)).tasks).toEqual([])
  expect((await run.claim(60_000 - slotLookaheadMs)).tasks.length).toBeGreaterThan(0)
})

test('the strictest policy of the runs on a host counts, until that run is over', async () => {
  const a = await fetchingRun(database, oneSite({ ratePerSecond: 10_000, concurrency: 8 }))
  const b = await fetchingRun(database, oneSite({ ratePerSecond: 10_000, concurrency: 2 }))
  await a.enter('lamps', a.pages('lamps', 20))
  await b.enter('lamps', b.pages('lamps', 20))
  expect((await a.claim(0)).tasks).toHaveLength(2)
  await database.query(`update bulk_job_sites set status = 'completed' where job_id = $1`, [b.runId])
  await database.query('update hosts set wake_at = $1', [new Date(t0 + 1_000).toISOString()])
  expect((await a.claim(2_000)).tasks).toHaveLength(6)
})

test('runs on one host take turns, so that a small one does not wait for a big one', async () => {
  const policy = { ratePerSecond: 10_000, concurrency: 1 }
  const big = await fetchingRun(database, oneSite(policy))
  await big.enter('lamps', big.pages('lamps', 50))
  const small = await fetchingRun(database, oneSite(policy))
  await small.enter('lamps', small.pages('lamps', 5), 1)
  const order: string[] = []
  for (let ms = 10; order.length < 10; ms += 10) {
    const [task] = (await big.claim(ms)).tasks
    const owner = task!.runId === big.runId ? big : small
    order.push(owner === big ? 'big' : 'small')
    await owner.apply('lamps', [owner.outcome('lamps', new URL(task!.url).pathname, 1)], ms)
  }
  expect(order.filter((who) => who === 'small')).toHaveLength(5)
})

test('two schedulers never take the same URL', async () => {
  const sites = Array.from({ length: 20 }, (_, i) => testSite(`shop${i}`, { policy: 'p' }))
  const run = await fetchingRun(database, testCatalogue(sites, { p: { ratePerSecond: 10_000, concurrency: 50 } }))
  for (const site of sites) await run.enter(site.name, run.pages(site.name, 50))
  const claims = await Promise.all(Array.from({ length: 8 }, () => run.claim(1_000)))
  const ids = claims.flatMap((claimed) => claimed.tasks.map((task) => task.urlId))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBe(1_000)
})

test('a claim while others enter never leaves a host asleep with URLs', async () => {
  const run = await fetchingRun(database, oneSite({ ratePerSecond: 10_000, concurrency: 512 }))
  let claimed = 0
  let entering = true
  const claiming = (async () => {
    let idle = 0
    // Three looks in a row that find nothing after the last URL was entered: whatever sleeps then would sleep on.
    while (entering || idle < 3) {
      const { tasks } = await run.claim(1_000_000)
      idle = tasks.length === 0 ? idle + 1 : 0
      claimed += tasks.length
      if (tasks.length === 0) continue
      await run.apply(
        'lamps',
        tasks.map((task) => run.outcome('lamps', new URL(task.url).pathname, task.attempt)),
        1_000_000,
      )
    }
  })()
  await Promise.all(Array.from({ length: 60 }, (_, i) => run.enter('lamps', run.pages('lamps', 10, i * 10))))
  entering = false
  await claiming
  expect(claimed).toBe(600)
})

test('deferred URLs are claimed at their time', async () => {
  const run = await fetchingRun(database, oneSite({ ratePerSecond: 10_000, concurrency: 10 }))
  await run.enter('lamps', run.pages('lamps', 2))
  await run.claim(0)
  const deferred = (path: string, retryAtMs: number) =>
    run.outcome('lamps', path, 1, { outcome: 'deferred', reason: 'http-503', retryAtMs, countsAsFailure: true })
  await run.apply('lamps', [deferred('/0', 5_000), deferred('/1', 9_000)], 10)
  expect((await run.claim(4_000)).tasks).toEqual([])
  const [again] = (await run.claim(5_000)).tasks
  expect(again).toMatchObject({ urlId: run.idOf('lamps', '/0'), attempt: 2, failures: 1 })
  expect((await run.claim(8_000)).tasks).toEqual([])
  expect((await run.claim(9_000)).tasks).toHaveLength(1)
})
