import type { StepState } from '@seine/contracts'
import { expect, test } from 'vitest'
import { advanceManifest, newManifest, type SiteGroup } from './run-manifest.ts'

const now = '2026-01-01T00:00:00.000Z'
const states = (groups: SiteGroup[], archive: StepState['state'] = 'pending') =>
  advanceManifest(newManifest(), groups, archive, now).map((entry) => entry.state)

test.each<[string, SiteGroup[], StepState['state'][]]>([
  ['nothing started', [{ status: 'waiting', step: null, n: 3 }], ['pending', 'pending', 'pending', 'pending']],
  [
    'one site ahead of the others',
    [
      { status: 'running', step: 'fetch', n: 1 },
      { status: 'waiting', step: null, n: 2 },
    ],
    ['running', 'running', 'running', 'pending'],
  ],
  [
    'all sites in discovery',
    [{ status: 'running', step: 'discover', n: 2 }],
    ['completed', 'running', 'pending', 'pending'],
  ],
  [
    'one failed, one done',
    [
      { status: 'failed', step: 'preflight', n: 1 },
      { status: 'completed', step: 'export', n: 1 },
    ],
    ['completed', 'completed', 'completed', 'completed'],
  ],
  [
    'all failed in preflight',
    [{ status: 'failed', step: 'preflight', n: 2 }],
    ['failed', 'skipped', 'skipped', 'skipped'],
  ],
])('with %s', (_, groups, expected) => {
  expect(states(groups)).toEqual([...expected, 'pending'])
})

test('the archive is the run’s own step', () => {
  expect(states([{ status: 'completed', step: 'export', n: 1 }], 'running').at(-1)).toBe('running')
})

test('times are kept from when a step began until it ended', () => {
  const running = advanceManifest(newManifest(), [{ status: 'running', step: 'preflight', n: 1 }], 'pending', now)
  const later = '2026-01-01T01:00:00.000Z'
  const done = advanceManifest(running, [{ status: 'running', step: 'discover', n: 1 }], 'pending', later)
  expect(done[0]).toEqual({ step: 'preflight', state: 'completed', startedAt: now, finishedAt: later })
  expect(done[2]).toBe(running[2])
})
