import { expect, test } from 'vitest'
import { makeErrorTally, type ToldError } from './error-tally.ts'

const told = (name: string, atMs = 0): ToldError => ({
  service: 'fetcher',
  level: 'error',
  name,
  message: `${name} at ${atMs}`,
  stack: null,
  context: {},
  correlationId: null,
  atMs,
})

test('a storm of one fault is one report with its number, its first and its latest', () => {
  const tally = makeErrorTally()
  for (let atMs = 1; atMs <= 10_000; atMs++) tally.add(told('Storm', atMs))
  const { errors } = tally.take()
  expect(errors).toHaveLength(1)
  expect(errors[0]).toMatchObject({ count: 10_000, firstAtMs: 1, atMs: 10_000, message: 'Storm at 10000' })
  expect(tally.take()).toEqual({ errors: [], dropped: 0 })
})

test('of more faults than fit only the number is kept', () => {
  const tally = makeErrorTally(2)
  for (const name of ['A', 'B', 'C', 'D', 'A']) tally.add(told(name))
  const { errors, dropped } = tally.take()
  expect(errors.map(({ name, count }) => [name, count])).toEqual([
    ['A', 2],
    ['B', 1],
  ])
  expect(dropped).toBe(2)
})
