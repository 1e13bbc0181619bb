import type { Eta } from '@seine/contracts'
import { expect, test } from 'vitest'
import { runEta, type SiteProgress, siteEta } from './eta.ts'

const fetching: SiteProgress = {
  status: 'running',
  step: 'fetch',
  pending: 100,
  speed: { pagesPerSecond: 5, pages: 50, overMs: 10_000 },
  historyPagesPerSecond: null,
  ratePerSecond: 50,
}
const known = (remainingMs: number, basis: 'measured' | 'history' | 'policy'): Eta => ({
  state: 'known',
  remainingMs,
  basis,
})
const estimating: Eta = { state: 'estimating' }

test.each<[string, Partial<SiteProgress>, Eta]>([
  ['measured speed counts', {}, known(20_000, 'measured')],
  ['never less than politeness takes', { ratePerSecond: 2 }, known(50_000, 'policy')],
  ['a waiting site is not estimated', { status: 'waiting', step: null }, estimating],
  ['preflight is not estimated', { step: 'preflight' }, estimating],
  ['discovery may find more', { step: 'discover', historyPagesPerSecond: 5 }, estimating],
  ['too short a time says nothing', { speed: { pagesPerSecond: 50, pages: 100, overMs: 2_000 } }, estimating],
  ['too few pages say nothing', { speed: { pagesPerSecond: 0.5, pages: 5, overMs: 10_000 } }, estimating],
  ['nothing measured: history', { speed: null, historyPagesPerSecond: 10 }, known(10_000, 'history')],
  [
    'history is bounded by politeness',
    { speed: null, historyPagesPerSecond: 10, ratePerSecond: 1 },
    known(100_000, 'policy'),
  ],
  ['measured beats history', { historyPagesPerSecond: 100 }, known(20_000, 'measured')],
  ['a host that stands still', { speed: { pagesPerSecond: 0, pages: 0, overMs: 10_000 } }, estimating],
  ['nothing pending', { pending: 0 }, known(0, 'measured')],
  ['exporting', { step: 'export', pending: 0 }, known(0, 'measured')],
  ['completed', { status: 'completed' }, { state: 'done' }],
  ['cancelled', { status: 'cancelled' }, { state: 'done' }],
])('a site run: %s', (_, more, expected) => {
  expect(siteEta({ ...fetching, ...more })).toEqual(expected)
})

test.each<[string, Partial<Parameters<typeof runEta>[0]>, Eta]>([
  ['the longest running site', { running: [known(5_000, 'measured'), known(9_000, 'policy')] }, known(9_000, 'policy')],
  ['one site not known', { running: [known(5_000, 'measured'), estimating] }, estimating],
  ['five equal sites, two at once: three waves', { waitingMs: [10, 10, 10, 10, 10] }, known(30, 'history')],
  [
    'waiting sites follow the one that ends first',
    { running: [known(5, 'measured'), known(50, 'measured')], waitingMs: [10, 10] },
    known(50, 'history'),
  ],
  ['free places are taken at once', { running: [known(5, 'measured')], waitingMs: [30] }, known(30, 'history')],
  ['the mean stands for sites without a history', { waitingMs: [null, null], meanSiteMs: 40 }, known(40, 'history')],
  ['no history and nothing ended', { waitingMs: [10, null] }, estimating],
  ['only the archive left', {}, known(0, 'measured')],
])('a run: %s', (_, more, expected) => {
  expect(runEta({ running: [], waitingMs: [], meanSiteMs: null, concurrency: 2, ...more })).toEqual(expected)
})
