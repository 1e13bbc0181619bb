import type { RobotsEntry } from '@seine/contracts'
import { observe, reserve } from '@seine/politeness'
import { expect, test } from 'vitest'
import { hostOf } from './view-host.ts'

const nowMs = Date.UTC(2026, 10, 20)
const agents = ['SeineBot/0.1', 'OtherBot/1']
const robotsFile = (text: string, ageMs = 0, status = 200): RobotsEntry => ({
  state: 'known',
  status,
  body: Buffer.from(text).toString('base64'),
  storedAtMs: nowMs - ageMs,
})
const reserved = (crawlDelayMs?: number) =>
  reserve(
    null,
    {
      wanted: 1,
      ratePerSecond: 10,
      burst: 1,
      maxWaitMs: 1_000,
      ...(crawlDelayMs === undefined ? {} : { crawlDelayMs }),
    },
    nowMs,
  ).state
const view = (clock: unknown, robots: RobotsEntry | null = null) =>
  hostOf('shop.test', { clock, robots }, agents, nowMs)

test('the policy decides the interval where robots.txt asks for less', () => {
  expect(view(reserved(), robotsFile('User-agent: *\nCrawl-delay: 0.05'))).toMatchObject({
    intervalMs: 100,
    intervalFrom: 'policy',
    robots: { crawlDelayMs: 50 },
  })
})

test('a crawl delay decides where it is the longer one, for whichever of our user agents it is', () => {
  const robots = robotsFile(
    'User-agent: OtherBot\nCrawl-delay: 3\n\nUser-agent: *\nDisallow: /x\nSitemap: https://a.test/s',
    60_000,
  )
  expect(view(reserved(3_000), robots)).toMatchObject({
    intervalMs: 3_000,
    intervalFrom: 'crawl-delay',
    robots: { state: 'known', access: 'as-written', ageMs: 60_000, crawlDelayMs: 3_000, sitemaps: 1 },
  })
})

test('throttling decides while the host is slowed down', () => {
  const throttled = observe(reserved(), { kind: 'throttled', retryAfterMs: 60_000, reason: 'rate-limited' }, nowMs)
  expect(view(throttled)).toMatchObject({ intervalFrom: 'throttling', slowed: true, blockedReason: 'rate-limited' })
})

test('nothing is said of what is not known', () => {
  expect(view(null)).toMatchObject({ intervalMs: 0, intervalFrom: null, breakerSinceMs: null, robots: null })
  expect(view(null, robotsFile('', 25 * 3_600_000)).robots).toBeNull()
  expect(view(null, { state: 'fetching', untilMs: nowMs - 1 }).robots).toBeNull()
})

test('a robots.txt that is being fetched, and one that nobody can know, are told apart', () => {
  expect(view(null, { state: 'fetching', untilMs: nowMs + 1_000 }).robots).toMatchObject({ state: 'fetching' })
  expect(view(null, robotsFile('', 0, 404)).robots).toMatchObject({ status: 404, access: 'allow-all' })
})

test('a breaker tells since when it is open', () => {
  let state: unknown = null
  for (let n = 0; n < 12; n++)
    state = observe(
      reserve(state, { wanted: 1, ratePerSecond: 1_000, burst: 50, maxWaitMs: 1_000 }, nowMs).state,
      { kind: 'failure', startedAtMs: nowMs, reason: 'http-500' } as never,
      nowMs,
    )
  expect(hostOf('shop.test', { clock: state, robots: null }, agents, nowMs + 100)).toMatchObject({
    breaker: 'open',
    breakerReason: 'http-500',
    breakerSinceMs: nowMs,
    probeAtMs: nowMs + 15_000,
  })
})
