import { expect, test } from 'vitest'
import { faultKinds } from './plan.ts'
import { readSettings } from './settings.ts'

const anySeed = () => 42

test('half an hour of everything from any seed, unless it is said otherwise', () => {
  const all = { seed: 42, minutes: 30, rounds: Number.POSITIVE_INFINITY, kinds: faultKinds, brokers: 1 }
  expect(readSettings({}, anySeed)).toEqual(all)
  const some = { SEED: '7', MINUTES: '1.5', ROUNDS: '2', KINDS: 'clock,kill', BROKERS: '3' }
  expect(readSettings(some, anySeed)).toEqual({
    seed: 7,
    minutes: 1.5,
    rounds: 2,
    kinds: ['kill', 'clock'],
    brokers: 3,
  })
})

test('every variable that says nothing usable is named', () => {
  expect(() => readSettings({ SEED: 'x', ROUNDS: '0', KINDS: 'fire', BROKERS: '2' }, anySeed)).toThrow(
    /KINDS.*BROKERS.*SEED.*ROUNDS/,
  )
})
