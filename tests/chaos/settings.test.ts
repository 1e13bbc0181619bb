import { expect, test } from 'vitest'
import { faultKinds } from './plan.ts'
import { readSettings } from './settings.ts'

const anySeed = () => 42

test('half an hour of everything from any seed, unless it is said otherwise', () => {
  const all = { seed: 42, minutes: 30, rounds: Number.POSITIVE_INFINITY, kinds: faultKinds }
  expect(readSettings({}, anySeed)).toEqual(all)
  const some = { SEED: '7', MINUTES: '1.5', ROUNDS: '2', KINDS: 'clock,kill' }
  expect(readSettings(some, anySeed)).toEqual({ seed: 7, minutes: 1.5, rounds: 2, kinds: ['kill', 'clock'] })
})

test('every variable that says nothing usable is named', () => {
  expect(() => readSettings({ SEED: 'x', ROUNDS: '0', KINDS: 'fire' }, anySeed)).toThrow(/KINDS.*SEED.*ROUNDS/)
})
