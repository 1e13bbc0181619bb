import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const anySeed = () => 42

test('half an hour from any seed, unless it is said otherwise', () => {
  expect(readSettings({}, anySeed)).toEqual({ seed: 42, minutes: 30, rounds: Number.POSITIVE_INFINITY })
  expect(readSettings({ SEED: '7', MINUTES: '1.5', ROUNDS: '2' }, anySeed)).toEqual({
    seed: 7,
    minutes: 1.5,
    rounds: 2,
  })
})

test('every variable that says nothing usable is named', () => {
  expect(() => readSettings({ SEED: 'x', ROUNDS: '0' }, anySeed)).toThrow(/SEED.*ROUNDS/)
})
