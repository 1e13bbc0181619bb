import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { emptyDatabase, fetchingRun, ledgersBalance, startDatabase, t0 } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeSettleRender } from './settle-render.ts'

let database: Postgres
let stop: () => Promise<void>
beforeAll(async () => {
  ;({ database, stop } = await startDatabase())
})
beforeEach(() => emptyDatabase(database))
afterAll(() => stop())

const catalogue = testCatalogue([testSite('app', { policy: 'p', render: 'auto' })], {
  p: { ratePerSecond: 10_000, concurrency: 50 },
})
const maxWaitMs = 60_000
const shell = { outcome: 'deferred', reason: 'needs-browser', retryAtMs: 0, countsAsFailure: false } as const

/** A home page and twenty others, dispatched one by one as tests go. */
async function auto() {
  const run = await fetchingRun(database, catalogue)
  await run.enter('app', run.pages('app', 1))
  let there = true
  const settle = makeSettleRender({ database, browsersThere: async () => there, maxWaitMs, log: silentLogger })
  return {
    ...run,
    browsers: (are: boolean) => {
      there = are
    },
    settle: (ms: number) => settle(run.runId, t0 + ms),
    pools: async (ms: number) =>
      (await run.claim(ms)).tasks.map(({ url, pool, lookForShell = false }) => ({
        path: new URL(url).pathname,
        pool,
        lookForShell,
      })),
  }
}

test('pages are held from the first shell until it is decided, then go where they belong', async () => {
  const run = await auto()
  expect(await run.pools(0)).toEqual([{ path: '/0', pool: 'http', lookForShell: true }])
  expect(await run.apply('app', [run.outcome('app', '/0', 1, shell)], 100)).toMatchObject({
    deferred: 1,
    settled: true,
  })
  await run.enter('app', run.pages('app', 1, 1), 100)
  expect(await run.pools(1_000)).toEqual([])
  expect(await run.settle(2_000)).toBe(true)
  expect(await run.pools(2_000)).toEqual([
    { path: '/0', pool: 'browser', lookForShell: false },
    { path: '/1', pool: 'browser', lookForShell: false },
  ])
  // It came too late to matter.
  await run.apply('app', [run.outcome('app', '/1', 1, shell)], 2_100)
  expect(await run.settle(2_200)).toBe(false)
  expect(await ledgersBalance(database)).toBe(true)
})

test('a site that has gone over goes back where all browsers leave for too long, and stays where they return', async () => {
  const run = await auto()
  await run.pools(0)
  await run.apply('app', [run.outcome('app', '/0', 1, shell)])
  await run.settle(100)
  run.browsers(false)
  expect(await run.settle(1_000)).toBe(false)
  expect(await run.pools(1_000)).toEqual([])
  run.browsers(true)
  expect(await run.settle(30_000)).toBe(true)
  expect(await run.site('app')).toMatchObject({ pool: 'browser', shellSinceMs: null })

  run.browsers(false)
  await run.settle(40_000)
  expect(await run.settle(40_000 + maxWaitMs - 1)).toBe(false)
  expect(await run.settle(40_000 + maxWaitMs)).toBe(true)
  expect(await run.pools(40_000 + maxWaitMs)).toEqual([{ path: '/0', pool: 'http', lookForShell: false }])
  const events = await database.query<{ data: unknown }>(
    `select event->'data' as data from outbox
     where event->>'type' = 'site.render' and event->>'job_id' = $1 order by position`,
    [run.runId],
  )
  expect(events.map(({ data }) => data)).toEqual([
    { from: 'http', to: 'browser', reason: 'needs-browser' },
    { from: 'browser', to: 'http', reason: 'no-browser-fetcher' },
  ])
})
