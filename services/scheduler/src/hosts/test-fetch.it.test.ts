import { RpcError } from '@seine/bus'
import type { ProbeHop, RpcRequest, schedulerRpc } from '@seine/contracts'
import { systemClock } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyDatabase, fetchingRun, startDatabase, storeSites, t0 } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { giveBackLostSlots, takeHostSlot } from './host-slot.ts'
import { makeTestFetch } from './test-fetch.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
const site = testSite('shop', { hosts: ['www.shop.test', 'img.test'], policyOverrides: { concurrency: 2 } })
const catalogue = testCatalogue([site])
const doer = { actor: 'ann', correlationId: 'c-1' }

beforeAll(async () => {
  server = await startDatabase()
})
afterAll(() => server.stop())
beforeEach(async () => {
  await emptyDatabase(server.database)
  await storeSites(server.database, [site], Date.now())
})

const answerOf = (status: number, redirectUrl: string | null = null): ProbeHop => ({
  verdict: 'fetched',
  reason: '',
  detail: null,
  robots: null,
  answer: {
    ...{ status, headers: {}, redirectUrl, charset: null, sizeBytes: 0, transferredBytes: 0 },
    ...{ isTruncated: false, ttfbMs: 1, durationMs: 5, remoteAddress: '' },
  },
  page: null,
  waitedMs: 2,
})

/** Test-fetches on a fetcher that answers by URL. */
function onFetcher(answer: (url: string) => ProbeHop | Promise<ProbeHop>, nowMs = () => Date.now()) {
  const asked: { url: string; policy: { concurrency: number }; site: { fields?: unknown } }[] = []
  const call = async (_rpc: unknown, input: (typeof asked)[number]) => {
    asked.push(input)
    return answer(input.url)
  }
  const testFetch = makeTestFetch({
    call: call as never,
    database: server.database,
    policies: async () => catalogue.policies,
    nowMs,
    sleep: systemClock.sleep,
  })
  const fetch = (request: Partial<RpcRequest<typeof schedulerRpc.testFetch>> = {}) =>
    testFetch({ site: 'shop', ...request }, doer)
  return { fetch, asked }
}

const slots = async () =>
  (await server.database.query<{ n: number }>('select count(*)::int as n from urls where lease_until is not null'))[0]
    ?.n

test('redirects within the site are followed, each told, under the policy that the site has', async () => {
  const { fetch, asked } = onFetcher((url) =>
    url.endsWith('/new') ? answerOf(200) : answerOf(301, 'https://www.shop.test/new'),
  )
  expect(await fetch({ fields: [] })).toMatchObject({
    verdict: 'fetched',
    url: 'https://www.shop.test/new',
    redirects: [{ url: 'https://shop.test/', status: 301, durationMs: 5 }],
    answer: { status: 200 },
  })
  expect(asked.map(({ url, policy }) => [url, policy.concurrency])).toEqual([
    ['https://shop.test/', 2],
    ['https://www.shop.test/new', 2],
  ])
  expect(asked[0]?.site.fields).toEqual([])
  expect(await slots()).toBe(0)
})

test('a redirect that leaves the site is told and not followed, one without end is cut', async () => {
  const away = onFetcher(() => answerOf(302, 'https://elsewhere.test/'))
  expect(await away.fetch()).toMatchObject({ verdict: 'left-site', detail: 'https://elsewhere.test/' })
  expect(away.asked).toHaveLength(1)
  const loop = onFetcher(() => answerOf(302, 'https://shop.test/again'))
  expect(await loop.fetch()).toMatchObject({ verdict: 'failed', reason: 'redirect-limit' })
  expect(loop.asked).toHaveLength(6)
})

test('only pages of the site are asked for', async () => {
  const { fetch, asked } = onFetcher(() => answerOf(200))
  for (const url of ['https://elsewhere.test/', 'file:///etc/passwd', 'http://shop.test:22/', 'no url'])
    await expect(fetch({ url })).rejects.toMatchObject({
      code: 'invalid',
      details: { fields: { url: [expect.any(String)] } },
    })
  await expect(fetch({ site: 'none' })).rejects.toMatchObject({ code: 'not-found' })
  expect(asked).toEqual([])
})

test('a run’s requests and a test-fetch together are no more than the host’s concurrency', async () => {
  const run = await fetchingRun(server.database, catalogue)
  await run.enter('shop', run.pages('shop', 10))
  expect((await run.claim(0)).tasks).toHaveLength(1)
  const wanted = { host: 'shop.test', url: 'https://shop.test/', concurrency: 2, untilMs: t0 + 60_000 }
  const slot = await takeHostSlot(server.database, wanted, t0)
  expect(slot).not.toBeNull()
  // Two of two are held: neither gets another one.
  expect(await takeHostSlot(server.database, wanted, t0)).toBeNull()
  await server.database.query(`update hosts set wake_at = $1`, [new Date(t0).toISOString()])
  expect((await run.claim(5_000)).tasks).toHaveLength(0)
  await slot![Symbol.asyncDispose]()
  // The database's clock has woken the host, in a fraction of this millisecond.
  expect((await run.claim(Date.now() - t0 + 1_000)).tasks).toHaveLength(1)
})

test('a slot whose holder died is given back', async () => {
  const wanted = { host: 'shop.test', url: 'https://shop.test/', concurrency: 1, untilMs: t0 + 60_000 }
  await takeHostSlot(server.database, wanted, t0)
  await giveBackLostSlots(server.database, t0 + 59_000)
  expect(await slots()).toBe(1)
  await giveBackLostSlots(server.database, t0 + 61_000)
  expect(await slots()).toBe(0)
})

test('a host whose slots stay held is told as busy, and a fetcher that fails gives the slot back', async () => {
  const start = Date.now()
  // Each look at it is five seconds later.
  let now = start
  const busy = onFetcher(
    () => answerOf(200),
    () => (now += 5_000),
  )
  const wanted = { host: 'shop.test', url: 'https://shop.test/', concurrency: 9, untilMs: start + 60_000 }
  const held = [await takeHostSlot(server.database, wanted, start), await takeHostSlot(server.database, wanted, start)]
  expect(await busy.fetch()).toMatchObject({ verdict: 'busy', reason: 'no-slot', answer: null })
  expect(busy.asked).toEqual([])
  for (const slot of held) await slot?.[Symbol.asyncDispose]()
  const failing = onFetcher(() => {
    throw new RpcError('unavailable', 'nobody answers')
  })
  await expect(failing.fetch()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await slots()).toBe(0)
})
