import type { RunDetail } from '@seine/client'
import type { Counts, SeineEvent } from '@seine/contracts'
import { expect, test } from 'vitest'
import { addSample, maxSamples, type RunSample, seriesOf } from './run-series.ts'
import { applyEvents, viewOf } from './run-view.ts'

const counts = (ok: number, failed = 0): Counts => ({
  discovered: 10,
  ok,
  unchanged: 0,
  failed,
  skipped: 0,
  pending: 10 - ok - failed,
})
const run = {
  id: 'r',
  status: 'running',
  counts: counts(0),
  sites: [
    { site: 'a', status: 'running', step: 'fetch', counts: counts(0) },
    { site: 'b', status: 'completed', step: null, counts: counts(10) },
  ],
} as unknown as RunDetail

const event = (type: string, site: string | undefined, data: object, ms = 1_000) =>
  ({
    type,
    site,
    data,
    job_id: 'r',
    step: 'fetch',
    level: 'info',
    id: '',
    ts: new Date(ms).toISOString(),
  }) as SeineEvent
const progress = { pagesPerSecond: 2, bytes: 5, eta: { state: 'estimating' } }

test('many events of a site leave what the last one said', () => {
  const view = applyEvents(viewOf(run), [
    event('site.progress', 'a', { ...progress, counts: counts(1) }),
    event('site.progress', 'a', { ...progress, counts: counts(7) }),
    event('run.progress', undefined, { ...progress, counts: counts(8), sites: 2, sitesDone: 1 }),
  ])
  expect(view.sites.get('a')?.counts.ok).toBe(7)
  expect(view.run.counts.ok).toBe(8)
})

test('a late event of a site that has ended changes nothing', () => {
  const view = applyEvents(viewOf(run), [event('site.progress', 'b', { ...progress, counts: counts(3) })])
  expect(view.sites.get('b')?.counts.ok).toBe(10)
})

test('a host that is left alone is shown until it is asked again', () => {
  const held = applyEvents(viewOf(run), [
    event('host.blocked', 'a', { host: 'a', untilMs: 5_000, reason: 'Retry-After' }),
  ])
  expect(held.sites.get('a')?.held).toEqual({ untilMs: 5_000, reason: 'Retry-After' })
  const free = applyEvents(held, [event('site.progress', 'a', { ...progress, counts: counts(1) }, 6_000)])
  expect(free.sites.get('a')?.held).toBeNull()
})

test('events of another run and of unknown sites are left out', () => {
  const view = viewOf(run)
  expect(applyEvents(view, [event('site.progress', 'c', { ...progress, counts: counts(1) })])).toBe(view)
})

test('samples stay bounded, in order, and failures a minute are never negative', () => {
  let samples: readonly RunSample[] = []
  for (let i = 1; i <= maxSamples * 2; i++)
    samples = addSample(
      samples,
      event('run.progress', undefined, { ...progress, counts: counts(0, i === 2 ? 0 : 1) }, i * 1000),
    )
  expect(samples.length).toBeLessThanOrEqual(maxSamples)
  expect(addSample(samples, event('run.progress', undefined, { ...progress, counts: counts(0) }, 1))).toBe(samples)
  expect(Math.min(...seriesOf(samples).failuresPerMinute)).toBeGreaterThanOrEqual(0)
})
