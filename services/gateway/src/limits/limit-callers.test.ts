import { buckets } from '@seine/contracts'
import { makeManualClock, silentLogger } from '@seine/runtime'
import { beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryAuth, memoryBuckets } from '../auth/auth.fixture.ts'
import { healthRoutes } from '../health/health-routes.ts'
import { makeApp } from '../http/app.ts'
import { defineRoute } from '../http/route.ts'
import { makeLimitCaller, rateOf } from './limit-callers.ts'
import { makeRateLimiter, type StoredRate } from './rate-limiter.ts'
import { envRate } from './rate-settings.ts'

const auth = await memoryAuth()
await auth.users.create({ name: 'ada', password: 'correct horse battery', role: 'admin' })
const { secret: key } = await auth.apiKeys.create({ name: 'ci', scope: 'read', createdBy: 'x', expiresAt: null })

const answer = { kind: 'data', status: 200, schema: z.null() } as const
const handle = () => ({ data: null })
const looks = { method: 'get', summary: 's', answer, handle } as const
const routes = [
  defineRoute({ ...looks, path: '/api/open', id: 'open', access: 'public' }),
  defineRoute({ ...looks, path: '/api/closed', id: 'closed', access: 'read' }),
  ...healthRoutes(() => ({ status: 'healthy', parts: {}, checkedAt: '' })),
]

let ask: (path: string, headers?: Record<string, string>, address?: string) => Promise<Response>
const clock = makeManualClock(1_700_000_000_000)
beforeEach(async () => {
  const store = memoryBuckets(clock.nowMs)
  const bucket = await store.bucket<StoredRate>(buckets.rate_limits)
  const limiter = makeRateLimiter({ bucket, clock, nowMs: clock.nowMs, log: silentLogger })
  const limit = makeLimitCaller(limiter, {
    session: rateOf(100, 20),
    key: rateOf(1_000, 100),
    anonymous: rateOf(20, 5),
  })
  const app = makeApp({ routes, identify: auth.identify, limit, origins: { loopbackOnly: true }, log: silentLogger })
  ask = async (path, headers = {}, address = '192.0.2.1') => {
    const init = { headers: { host: 'localhost', ...headers } }
    return app.request(`http://localhost${path}`, init, { incoming: { socket: { remoteAddress: address } } })
  }
})

async function allowed(path: string, headers: Record<string, string>, tries: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: tries }, () => ask(path, headers)))
  return answers.filter(({ status }) => status !== 429).length
}

test('a session has 20 at once, a key 100, nobody in particular 5', async () => {
  const { id } = await auth.sessions.open('ada')
  expect(await allowed('/api/closed', { cookie: `seine_session=${id}` }, 130)).toBe(20)
  expect(await allowed('/api/closed', { authorization: `Bearer ${key}` }, 130)).toBe(100)
  expect(await allowed('/api/open', {}, 130)).toBe(5)
})

test('answers say how much is left, and the one too many when to come back', async () => {
  const first = await ask('/api/open')
  expect(first.headers.get('ratelimit-policy')).toBe('"anonymous";q=5;w=15')
  expect(first.headers.get('ratelimit')).toBe('"anonymous";r=4;t=3')
  await allowed('/api/open', {}, 4)
  const refused = await ask('/api/open')
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('3')
  expect(refused.headers.get('ratelimit')).toBe('"anonymous";r=0;t=15')
  expect(await refused.json()).toMatchObject({ error_code: 'rate-limited', details: { retryAfterSeconds: 3 } })
})

test('whoever guesses keys is limited by the address', async () => {
  let guesses = 0
  for (let n = 0; n < 20; n++)
    if ((await ask('/api/closed', { authorization: `Bearer guess-${n}` })).status === 401) guesses++
  expect(guesses).toBe(5)
  expect((await ask('/api/open', {}, '192.0.2.2')).status).toBe(200)
})

test('health is asked as often as a probe likes', async () => {
  expect(await allowed('/healthz', {}, 200)).toBe(200)
  expect((await ask('/healthz')).headers.has('ratelimit')).toBe(false)
})

test('limits are read from the environment, and can be off', () => {
  expect(envRate('100/min,20').parse(undefined)).toEqual({ burst: 20, intervalMs: 600 })
  expect(envRate('100/min,20').parse('off')).toBeNull()
  for (const bad of ['100', '0/min,5', '10/min,0', '-1/min,5', '1e3/min,5'])
    expect(() => envRate('100/min,20').parse(bad)).toThrow('expected')
})
