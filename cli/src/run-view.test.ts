import { expect, test } from 'vitest'
import { sampleCounts, sampleEvent, sampleRun } from './run.fixture.ts'
import { applyEvent, viewOf } from './run-view.ts'

const empty = viewOf(sampleRun({ sites: [] }))
const eta = { state: 'estimating' } as const

test('a site comes with its first event, follows its steps and goes when it has ended', () => {
  const progress = { counts: sampleCounts({ ok: 9 }), pagesPerSecond: 3, bytes: 1, eta }
  const running = [
    sampleEvent('site.started', {}, { site: 'shop', step: null }),
    sampleEvent('site.step', { from: 'preflight' }, { site: 'shop', step: 'discover' }),
    sampleEvent('site.progress', progress, { site: 'shop' }),
  ].reduce(applyEvent, empty)
  expect(running.active.get('shop')).toMatchObject({ step: 'discover', pagesPerSecond: 3, counts: { ok: 9 } })
  const finished = { status: 'completed', reason: null, counts: sampleCounts(), diff: null, durationMs: 1 } as const
  expect(applyEvent(running, sampleEvent('site.finished', finished, { site: 'shop' })).active.size).toBe(0)
})

test('the total is what the run says of itself', () => {
  const data = { counts: sampleCounts(), sitesDone: 3, sites: 9, pagesPerSecond: 7, bytes: 1, eta }
  expect(applyEvent(empty, sampleEvent('run.progress', data))).toMatchObject({
    sitesDone: 3,
    sitesTotal: 9,
    pagesPerSecond: 7,
  })
})

test('the end of a run leaves no bar', () => {
  const data = { status: 'failed', reason: 'x', counts: sampleCounts(), archive: null, durationMs: 1 } as const
  const view = applyEvent(viewOf(sampleRun()), sampleEvent('run.finished', data))
  expect(view).toMatchObject({ status: 'failed', eta: { state: 'done' } })
  expect(view.active.size).toBe(0)
})
