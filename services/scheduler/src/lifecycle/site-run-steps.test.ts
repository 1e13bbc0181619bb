import { expect, test } from 'vitest'
import {
  enter,
  IllegalMove,
  mayEnter,
  newSiteRun,
  type SiteRunMove,
  type SiteRunState,
  siteSteps,
} from './site-run-steps.ts'

const moves: SiteRunMove[] = [
  ...siteSteps.map((to) => ({ to })),
  { to: 'completed' },
  { to: 'failed', reason: 'x' },
  { to: 'cancelled' },
  { to: 'waiting' },
  { to: 'anew' },
]

function walk(...path: SiteRunMove[]): SiteRunState {
  return path.reduce((state, move, hour) => enter(state, move, at(hour)).state, newSiteRun())
}

const at = (hour: number): string => `2026-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`
const states = (state: SiteRunState) => state.steps.map((entry) => entry.state)
const [preflight, discover, fetch, exporting] = siteSteps.map((to) => ({ to })) as [
  SiteRunMove,
  SiteRunMove,
  SiteRunMove,
  SiteRunMove,
]

test.each([
  ['one nobody started', newSiteRun(), ['preflight', 'cancelled']],
  ['one in preflight', walk(preflight), ['discover', 'failed', 'cancelled']],
  ['one in discovery', walk(preflight, discover), ['fetch', 'failed', 'cancelled']],
  ['one that fetches', walk(preflight, discover, fetch), ['export', 'completed', 'failed', 'cancelled']],
  ['one that exports', walk(preflight, discover, fetch, exporting), ['fetch', 'completed', 'failed', 'cancelled']],
  ['a completed one', walk(preflight, discover, fetch, { to: 'completed' }), ['waiting', 'anew']],
  ['a failed one', walk(preflight, { to: 'failed', reason: 'x' }), ['waiting', 'anew']],
  ['a cancelled one', walk(preflight, { to: 'cancelled' }), ['waiting', 'anew']],
])('%s may go where the diagram says and nowhere else', (_, state, legal) => {
  expect(moves.filter((move) => mayEnter(state, move)).map((move) => move.to)).toEqual(legal)
  for (const move of moves) if (!legal.includes(move.to)) expect(() => enter(state, move, at(1))).toThrow(IllegalMove)
})

test('the manifest says of each step when it began and ended', () => {
  const state = walk(preflight, discover, fetch, exporting, { to: 'completed' })
  expect(state.steps).toEqual(
    siteSteps.map((step, hour) => ({ step, state: 'completed', startedAt: at(hour), finishedAt: at(hour + 1) })),
  )
  expect(state).toMatchObject({ status: 'completed', startedAt: at(0), finishedAt: at(4), reason: null })
})

test('a failure marks the step it happened in and keeps the reason', () => {
  const state = walk(preflight, { to: 'failed', reason: 'preflight: no such name' })
  expect(states(state)).toEqual(['failed', 'pending', 'pending', 'pending'])
  expect(state).toMatchObject({ step: 'preflight', reason: 'preflight: no such name' })
})

test('a dry run that completes without an export says that it was skipped', () => {
  expect(states(walk(preflight, discover, fetch, { to: 'completed' }))).toEqual([
    'completed',
    'completed',
    'completed',
    'skipped',
  ])
})

test('a resumed one goes on at the step where it stopped', () => {
  const resumed = walk(preflight, discover, fetch, { to: 'cancelled' }, { to: 'waiting' })
  expect(resumed).toMatchObject({ status: 'waiting', step: 'fetch', finishedAt: null })
  expect(moves.filter((move) => mayEnter(resumed, move)).map((move) => move.to)).toEqual(['fetch', 'cancelled'])
  expect(states(walk(preflight, discover, fetch, { to: 'cancelled' }, { to: 'waiting' }, fetch))).toEqual([
    'completed',
    'completed',
    'running',
    'pending',
  ])
})

test('one done anew forgets where it was', () => {
  expect(walk(preflight, { to: 'failed', reason: 'x' }, { to: 'anew' })).toEqual(newSiteRun())
})

test('pages driven again after an export reopen the fetch step', () => {
  expect(states(walk(preflight, discover, fetch, exporting, fetch))).toEqual([
    'completed',
    'completed',
    'running',
    'pending',
  ])
})

test('events tell a start, each step with where it came from, and the end', () => {
  expect(enter(newSiteRun(), preflight, at(0)).events).toEqual([
    { type: 'site.started' },
    { type: 'site.step', from: null },
  ])
  expect(enter(walk(preflight), discover, at(1)).events).toEqual([{ type: 'site.step', from: 'preflight' }])
  expect(enter(walk(preflight), { to: 'cancelled' }, at(1)).events).toEqual([{ type: 'site.finished' }])
})
