import { type FetchTask, newId, policySchema, siteSchema } from '@seine/contracts'
import type { HttpPage } from '@seine/net'
import { classify } from '@seine/politeness'
import { makeManualClock } from '@seine/runtime'
import { describe, expect, it } from 'vitest'
import type { Asked, Question } from '../ask.ts'
import type { Ending } from '../ending.ts'
import { paceOf } from '../pace.ts'
import { loadedPlanOf } from '../plans.ts'
import { makeFetchSubresource, type Visit, type Wanted } from './fetch-subresource.ts'
import { makeLanes } from './lanes.ts'
import { makeScriptCache } from './script-cache.ts'

const page = (status = 200, headers: Record<string, string> = {}): HttpPage => ({
  ...{ ok: true, status, headers, body: new Uint8Array(10), truncated: false, transferredBytes: 10 },
  ...{ ttfbMs: 1, durationMs: 1, remoteAddress: '' },
})
const deferred = (retryAtMs: number, countsAsFailure: boolean): Ending => ({
  ...{ outcome: 'deferred', reason: 'no-slot', retryAtMs, countsAsFailure },
})

function started(answers: (question: Question, call: number) => HttpPage | Ending, disallowed: string[] = []) {
  const clock = makeManualClock(0)
  const asked: { url: string; atMs: number; headers: Record<string, string>; totalMs: number }[] = []
  const ask = async (question: Question): Promise<Asked<HttpPage>> => {
    const { url, headers, policy } = question
    asked.push({ url, atMs: clock.nowMs(), headers, totalMs: policy.timeouts.totalMs })
    const answer = answers(question, asked.length)
    if ('outcome' in answer) return { kind: 'ending', ending: answer }
    return { kind: 'answer', answer, verdict: classify({ status: answer.status }), hostDueAtMs: 0 }
  }
  const fetch = makeFetchSubresource({
    ask,
    robotsOf: async () => ({
      ...{ kind: 'rules', pace: paceOf(policySchema.parse({}), null), sitemaps: [] },
      isAllowed: (url) => !disallowed.includes(url),
    }),
    cache: makeScriptCache({ maxBytes: 1_000, nowMs: clock.nowMs }),
    nowMs: clock.nowMs,
    clock,
  })
  const site = siteSchema.parse({ name: 'shop', startUrls: ['https://shop.test/'] })
  const plan = { runId: newId(), site, policy: policySchema.parse({}), maxPages: null }
  const visit: Visit = {
    task: { url: 'https://shop.test/', failures: 0 } as FetchTask,
    loaded: loadedPlanOf(plan),
    signal: new AbortController().signal,
    deadlineMs: 10_000,
    lanes: makeLanes(),
  }
  const get = (url: string, facts: Partial<Wanted> = {}) =>
    fetch({ url, type: 'fetch', headers: {}, maxBodyBytes: 1_000, ...facts }, visit)
  return { clock, asked, get }
}

describe('what a page loads', () => {
  it('waits for a later slot of its host within the time of the page', async () => {
    const { asked, clock, get } = started((_, call) => (call < 3 ? deferred(call * 3_000, false) : page()))
    const got = get('https://shop.test/api')
    await clock.advance(6_000)
    expect(await got).toMatchObject({ ok: true })
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 3_000, 6_000])
    expect(asked.at(-1)?.totalMs).toBe(4_000)
  })

  it('does not wait for a slot beyond that time', async () => {
    const { get } = started(() => deferred(10_000, false))
    expect(await get('https://shop.test/api')).toEqual({ ok: false, reason: 'no-slot' })
  })

  it('is not tried again when it failed', async () => {
    const { asked, get } = started(() => deferred(1, true))
    expect(await get('https://shop.test/api')).toEqual({ ok: false, reason: 'no-slot' })
    expect(asked).toHaveLength(1)
  })

  it('is asked for with robots.txt at every hop, and without credentials at another host', async () => {
    const hop = 'https://cdn.test/a.json'
    const redirect = ({ url }: Question) => (url === hop ? page() : page(302, { location: hop }))
    const headers = { authorization: 'Bearer x', accept: 'application/json' }
    const { asked, get } = started(redirect)
    expect(await get('https://shop.test/a', { headers })).toMatchObject({ ok: true })
    expect(asked.map((one) => one.headers)).toEqual([headers, { accept: 'application/json' }])
    const kept = started(redirect, [hop])
    expect(await kept.get('https://shop.test/a')).toEqual({ ok: false, reason: 'robots' })
    expect(kept.asked).toHaveLength(1)
  })

  it('is never a redirect: the browser would follow it by itself', async () => {
    const endless = started(() => page(302, { location: '/again' }))
    expect(await endless.get('https://shop.test/a')).toEqual({ ok: false, reason: 'redirect' })
    expect(endless.asked).toHaveLength(6)
    const nowhere = started(() => page(302))
    expect(await nowhere.get('https://shop.test/a')).toEqual({ ok: false, reason: 'redirect' })
  })

  it('comes from the cache where it is a script, but not past robots.txt', async () => {
    const disallowed: string[] = []
    const { asked, get } = started(() => page(), disallowed)
    for (let i = 0; i < 2; i++) await get('https://shop.test/a.js', { type: 'script' })
    expect(asked).toHaveLength(1)
    disallowed.push('https://shop.test/a.js')
    expect(await get('https://shop.test/a.js', { type: 'script' })).toEqual({ ok: false, reason: 'robots' })
  })
})
