import { expect, test } from 'vitest'
import { goodRound } from './checks/good-round.ts'
import type { Fault } from './fault.ts'
import type { RoundResult } from './round.ts'
import { roundLine, tallyTable } from './tally.ts'

const kill = (target: string): Fault => ({ kind: 'kill', target, downMs: 500, atMs: 1_200 })
const result = (violations: string[]): RoundResult => ({
  seed: 7,
  faults: [kill('fetcher-1')],
  tookMs: 31_000,
  violations,
  evidence: null,
  runId: 'run',
})

test('a round is a line with its seed, what was done when, its time and its verdict', () => {
  expect(roundLine(result([]))).toBe('seed 7: kill fetcher-1 @1.2+0.5; 31.0 s: ok')
  expect(roundLine(result(['a', 'b', 'c', 'd', 'e', 'f']))).toBe(
    'seed 7: kill fetcher-1 @1.2+0.5; 31.0 s: BAD: a | b | c | d | e and 1 more',
  )
})

test('what was seen stands beside it: how long the run took, and how much it asked for', () => {
  const run = { ...goodRound.run, createdAt: '2025-12-31T23:59:40.000Z' }
  expect(roundLine({ ...result([]), evidence: { ...goodRound, run } })).toContain(
    '31.0 s (the run 20.0), 3 requests: ok',
  )
})

test('faults are counted by kind and by what they were done to, replicas together', () => {
  const done = (target: string) => ({ fault: kill(target), beganMs: 0, endedMs: 2_000 })
  const table = tallyTable([
    { done: [done('fetcher-1'), done('fetcher-2')], violated: false },
    { done: [done('fetcher-1'), done('nats')], violated: true },
  ])
  expect(table.split('\n').slice(2)).toEqual(['| kill | fetcher | 3 | 2.0 | 1 |', '| kill | nats | 1 | 2.0 | 1 |'])
})
