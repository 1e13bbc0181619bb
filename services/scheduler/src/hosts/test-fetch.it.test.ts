import { RpcError } from '@seine/bus'
import type { ProbeHop, RpcRequest, schedulerRpc } from '@seine/contracts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyDatabase, startDatabase, storeSites } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
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
  })
  const fetch = (request: Partial<RpcRequest<typeof schedulerRpc.testFetch>> = {}) =>
    testFetch({ site: 'shop', ...request }, doer)
  return { fetch, asked }
}

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

test('what its redirects have used up of the time is told as busy, and a fetcher that fails as that', async () => {
  let now = Date.now()
  const slow = onFetcher(
    () => answerOf(301, 'https://shop.test/again'),
    () => (now += 9_000),
  )
  expect(await slow.fetch()).toMatchObject({ verdict: 'busy', reason: 'no-slot', answer: null })
  const failing = onFetcher(() => {
    throw new RpcError('unavailable', 'nobody answers')
  })
  await expect(failing.fetch()).rejects.toMatchObject({ code: 'unavailable' })
})
