import { initialHostState, type Reservation } from '@seine/politeness'
import { expect, test } from 'vitest'
import { maxHoldMs, missed, settleWaiters } from './settle-waiters.ts'

const nowMs = 1_800_000_000_000
const now = { nowMs, random: () => 0.5 }
const state = initialHostState(nowMs)
const giveUpAtMs = [nowMs + 900, nowMs + 900, nowMs + 100]

test('slots go to those who came first, with what the host allows next', () => {
  const answer: Reservation = { slotsMs: [nowMs, nowMs + 50], state, nextFreeAtMs: nowMs + 100, isFull: false }
  expect(settleWaiters(giveUpAtMs, answer, now)).toEqual([
    { kind: 'due', dueMs: nowMs, hostDueAtMs: nowMs + 100, isAlone: false },
    { kind: 'due', dueMs: nowMs + 50, hostDueAtMs: nowMs + 100, isAlone: false },
    { kind: 'defer', untilMs: nowMs + 100, reason: 'no-slot' },
  ])
})

test('for a place is waited as long as a task may be held, the time until the slot included', () => {
  const full = { slotsMs: [], state, isFull: true }
  expect(settleWaiters(giveUpAtMs, { ...full, nextFreeAtMs: nowMs }, now)).toEqual(['wait', 'wait', 'wait'])
  expect(settleWaiters(giveUpAtMs, { ...full, nextFreeAtMs: nowMs + 200 }, now)).toEqual([
    'wait',
    'wait',
    { kind: 'defer', untilMs: nowMs + 200, reason: 'no-slot' },
  ])
  const [late] = settleWaiters([nowMs - 1], { ...full, nextFreeAtMs: nowMs }, now)
  expect(late).toEqual({ kind: 'defer', untilMs: nowMs + maxHoldMs / 2, reason: 'no-place' })
})

test('a slot that has passed is missed, a probe’s by more, because nothing else goes to the host', () => {
  expect(missed({ dueMs: nowMs - 100, isAlone: false }, nowMs)).toBeNull()
  expect(missed({ dueMs: nowMs - 101, isAlone: false }, nowMs)).toMatchObject({ reason: 'slot-missed' })
  expect(missed({ dueMs: nowMs - 1_000, isAlone: true }, nowMs)).toBeNull()
  // Its place would be another's before its request is over.
  expect(missed({ dueMs: nowMs - 2_000, isAlone: true }, nowMs)).toMatchObject({ reason: 'slot-missed' })
})
