import type { Outcome, Policy } from '@seine/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { emptyDatabase, fetchingRun, ledgersBalance, startDatabase } from '../testing/database.ts'
import { testCatalogue, testPage, testSite } from '../testing/fixtures.ts'
import { makeApplyOutcomes } from './apply-outcomes.ts'

let database: Postgres
let stop: () => Promise<void>
beforeAll(async () => {
  ;({ database, stop } = await startDatabase())
})
afterAll(() => stop())

const policy = { ratePerSecond: 10_000, concurrency: 500 }
const catalogue = testCatalogue([testSite('lamps', { policy: 'p' }), testSite('desks', { policy: 'p' })], { p: policy })

async function leased(n: number, of = catalogue) {
  await emptyDatabase(database)
  const run = await fetchingRun(database, of)
  await run.enter('lamps', run.pages('lamps', n))
  for (let ms = 0; (await run.claim(ms)).tasks.length > 0; ms += 10_000);
  return run
}

test('the first final outcome counts, whatever its attempt; later ones change nothing', async () => {
  const run = await leased(1)
  await run.apply('lamps', [run.outcome('lamps', '/0', 1)])
  const failed = { outcome: 'failed', reason: 'http-500', status: 500 } as const
  expect(await run.apply('lamps', [run.outcome('lamps', '/0', 2, failed)])).toMatchObject({ done: 0, deferred: 0 })
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 2, outcome: 'ok', wonAttempt: 1, holdsSlot: false })
  expect(await run.site('lamps')).toMatchObject({ ok: 1, failed: 0, pending: 0 })
})

test.each([
  ['a number of retries', { share: 0, atLeast: 3 }],
  ['a share of its pages', { share: 0.31, atLeast: 2 }],
])('a site run has %s, exactly, then every failure is final at once', async (_, siteBudget) => {
  const policies = { p: { ...policy, retry: { maxAttempts: 4, siteBudget } as Policy['retry'] } }
  const run = await leased(10, testCatalogue([testSite('lamps', { policy: 'p' })], policies))
  const failing = (page: number, attempt: number) =>
    run.outcome('lamps', `/${page}`, attempt, {
      ...{ outcome: 'deferred', reason: 'http-502', status: 502, retryAtMs: 0, countsAsFailure: true },
    })
  expect(await run.apply('lamps', [failing(0, 1), failing(1, 1)])).toMatchObject({ done: 0, deferred: 2 })
  await run.claim(60_000)
  const rest = Array.from({ length: 6 }, (_, i) => failing(i + 2, 1))
  expect(await run.apply('lamps', [...rest, failing(0, 2)])).toMatchObject({ done: 6, deferred: 1 })
  expect(await run.apply('lamps', rest)).toMatchObject({ done: 0, deferred: 0 })
  const waits = { outcome: 'deferred', reason: 'breaker-open', retryAtMs: 0, countsAsFailure: false } as const
  expect(await run.apply('lamps', [run.outcome('lamps', '/8', 1, waits)])).toMatchObject({ deferred: 1 })
  expect(await run.apply('lamps', [failing(9, 1)])).toMatchObject({ done: 1 })
  expect(await run.site('lamps')).toMatchObject({ failed: 7, pending: 3 })
  expect(await run.reasons('lamps')).toEqual({ 'failed http-502': 7 })
  const [row] = await database.query('select detail from urls where id = $1', [run.idOf('lamps', '/9')])
  expect(row).toEqual({ detail: 'the retry budget of the site run is spent' })
  expect(await ledgersBalance(database)).toBe(true)
})

test('an outcome counts also where its lease has run out and the URL waits again', async () => {
  const run = await leased(1)
  await database.query('update urls set state = 0, lease_until = null')
  await run.apply('lamps', [run.outcome('lamps', '/0', 1)])
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 2, wonAttempt: 1 })
})

test('an outcome whose words no database keeps counts, and holds up no other', async () => {
  const run = await leased(2)
  const odd = { outcome: 'failed', reason: 'protocol', detail: 'a\0b \ud83d', status: 0 } as const
  expect(await run.apply('lamps', [run.outcome('lamps', '/0', 1, odd), run.outcome('lamps', '/1', 1)])).toMatchObject({
    done: 2,
  })
  const [row] = await database.query('select detail from urls where id = $1', [run.idOf('lamps', '/0')])
  expect(row).toEqual({ detail: 'ab \ufffd' })
})

test('a slot is given back by the attempt that holds it', async () => {
  const run = await leased(1)
  await database.query('update urls set attempt = 2')
  await run.apply('lamps', [run.outcome('lamps', '/0', 1)])
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 2, wonAttempt: 1, holdsSlot: true })
  await run.apply('lamps', [run.outcome('lamps', '/0', 2)])
  expect(await run.url('lamps', '/0')).toMatchObject({ wonAttempt: 1, holdsSlot: false })
})

test('a deferral counts for the current lease alone', async () => {
  const run = await leased(1)
  const deferred = { outcome: 'deferred', reason: 'http-503', retryAtMs: 9_000, countsAsFailure: true } as const
  await run.apply('lamps', [run.outcome('lamps', '/0', 7, deferred)])
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 1, failures: 0 })
  await run.apply('lamps', [run.outcome('lamps', '/0', 1, deferred), run.outcome('lamps', '/0', 1, deferred)])
  await run.apply('lamps', [run.outcome('lamps', '/0', 1, deferred)])
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 0, failures: 1, holdsSlot: false })
  expect(await run.site('lamps')).toMatchObject({ pending: 1 })
})

test('a URL that only had to wait never uses up its tries; one that failed too often is failed with its last reason', async () => {
  const run = await leased(1)
  let attempt = 1
  let nowMs = 1_000_000
  const again = async (countsAsFailure: boolean) => {
    const deferred = { outcome: 'deferred', reason: 'timeout-headers', retryAtMs: nowMs, countsAsFailure } as const
    const applied = await run.apply('lamps', [run.outcome('lamps', '/0', attempt, deferred)], nowMs)
    nowMs += 10_000
    if (applied.done === 0) attempt = (await run.claim(nowMs)).tasks[0]!.attempt
    return applied.done
  }
  for (let i = 0; i < 10; i++) expect(await again(false)).toBe(0)
  for (let i = 0; i < 3; i++) expect(await again(true)).toBe(0)
  expect(await again(true)).toBe(1)
  expect(await run.url('lamps', '/0')).toMatchObject({ state: 2, outcome: 'failed', reason: 'timeout-headers' })
  expect(await run.reasons('lamps')).toEqual({ 'failed timeout-headers': 1 })
})

test('an optional sitemap may be missing; any other that was not read to its end is a source not read', async () => {
  const run = await leased(0)
  const sitemap = (name: string, optional = false) =>
    testPage(`https://lamps.test/${name}`, { kind: 'sitemap', source: 'start', depth: 0, optional })
  await run.enter('lamps', [sitemap('usual', true), sitemap('named'), sitemap('cut'), sitemap('good')])
  const gone = { kind: 'sitemap', outcome: 'failed', reason: 'http-404', status: 404 } as const
  await run.apply('lamps', [
    run.outcome('lamps', '/usual', 1, gone),
    run.outcome('lamps', '/named', 1, gone),
    run.outcome('lamps', '/cut', 1, { kind: 'sitemap', reason: 'sitemap-truncated' }),
    run.outcome('lamps', '/good', 1, { kind: 'sitemap' }),
  ])
  expect(await run.site('lamps')).toMatchObject({ discovered: 0, sourcesPending: 0, sourcesFailed: 2 })
})

test('outcomes of unknown URLs, runs and of ended sites change nothing but free the slot', async () => {
  const run = await leased(1)
  await database.query(`update bulk_job_sites set status = 'cancelled' where job_id = $1`, [run.runId])
  const applied = await run.apply('lamps', [run.outcome('lamps', '/0', 1), run.outcome('lamps', '/none', 1)])
  expect(applied).toMatchObject({ done: 0, deferred: 0 })
  expect(await run.url('lamps', '/0')).toMatchObject({ outcome: null, holdsSlot: false })
})

test('replicas that apply the same outcomes at once, in any order, neither deadlock nor count twice', async () => {
  const run = await leased(300)
  await run.enter('desks', run.pages('desks', 300))
  const outcomes = Array.from({ length: 300 }, (_, i) => [
    { site: 'lamps', outcome: run.outcome('lamps', `/${i}`, 1) },
    {
      site: 'desks',
      outcome: run.outcome('desks', `/${i}`, 1, i % 3 === 0 ? { outcome: 'failed', reason: 'http-404' } : {}),
    },
  ]).flat()
  const apply = makeApplyOutcomes(database)
  const batches = [0, 1, 2, 3].flatMap((replica) => {
    const mixed = outcomes.map((o) => ({ ...o, runId: run.runId }))
    mixed.sort((a, b) => shuffle(replica, a.outcome.urlId) - shuffle(replica, b.outcome.urlId))
    return Array.from({ length: 12 }, (_, i) => mixed.slice(i * 50, i * 50 + 50))
  })
  // Claims and entering go on meanwhile.
  const results = await Promise.all([
    ...batches.map((batch) => apply(batch, 0)),
    ...Array.from({ length: 10 }, (_, i) => run.enter('lamps', run.pages('lamps', 20, 300 + i * 10)).then(() => null)),
    ...Array.from({ length: 5 }, (_, i) => run.claim(1_000_000 + i).then(() => null)),
  ])
  expect(results.reduce((sum, applied) => sum + (applied?.done ?? 0), 0)).toBe(600)
  expect(await run.site('lamps')).toMatchObject({ ok: 300 })
  expect(await run.site('desks')).toMatchObject({ ok: 200, failed: 100, pending: 0 })
  expect(await ledgersBalance(database)).toBe(true)
})

const shuffle = (seed: number, id: string): number =>
  (Number.parseInt(id.slice(0, 8), 16) * (seed * 2_654_435 + 1)) % 1_000_003

test('whatever outcomes come in whatever order, the ledger balances and a URL that is done stays as it is', async () => {
  const anyOutcome = fc.record({
    page: fc.integer({ min: 0, max: 5 }),
    attempt: fc.integer({ min: 1, max: 3 }),
    outcome: fc.constantFrom<Outcome['outcome']>('ok', 'unchanged', 'failed', 'skipped', 'deferred'),
    countsAsFailure: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(anyOutcome, { maxLength: 8 }), { maxLength: 6 }), async (batches) => {
      const run = await leased(6)
      const settled = new Map<string, string | null>()
      let nowMs = 1_000_000
      for (const batch of batches) {
        nowMs += 10_000
        await run.apply(
          'lamps',
          batch.map(({ page, attempt, outcome, countsAsFailure }) =>
            run.outcome('lamps', `/${page}`, attempt, { outcome, countsAsFailure, retryAtMs: nowMs, reason: outcome }),
          ),
          nowMs,
        )
        for (const path of ['/0', '/1', '/2', '/3', '/4', '/5']) {
          const url = await run.url('lamps', path)
          if (settled.has(path)) expect(url.outcome).toBe(settled.get(path))
          if (url.state === 2) settled.set(path, url.outcome)
        }
        expect(await ledgersBalance(database)).toBe(true)
        await run.claim(nowMs)
      }
    }),
    { numRuns: 25 },
  )
})
