import { expect, test } from 'vitest'
import { type Failures, makeFailureTally } from './failures.ts'

const failures = (pages: number, more: Partial<Failures> = {}): Failures => ({
  siteRunId: 'a',
  site: 'shop',
  reason: 'http-502',
  pages,
  isLast: false,
  ...more,
})

test('the first failure is told, then each time there are twice as many', () => {
  const tally = makeFailureTally()
  const told = [1, 1, 2, 3, 4, 7, 9, 10, 1_000].filter((pages) => tally.due([failures(pages)]).length > 0)
  expect(told).toEqual([1, 2, 4, 9, 1_000])
})

test('a million failures that come one by one are twenty lines, and the last word is how many there were', () => {
  const tally = makeFailureTally()
  let lines = 0
  for (let pages = 1; pages <= 1_000_000; pages++) lines += tally.due([failures(pages)]).length
  expect(lines).toBe(20)
  expect(tally.due([failures(1_000_000, { isLast: true })])).toHaveLength(1)
  expect(tally.due([failures(1_000_000, { isLast: true })])).toHaveLength(0)
})

test('each reason and each site run counts for itself', () => {
  const tally = makeFailureTally()
  const all = [failures(1), failures(1, { reason: 'dns' }), failures(1, { siteRunId: 'b' })]
  expect(tally.due(all)).toEqual(all)
  expect(tally.due(all)).toEqual([])
})

test('what is not kept is forgotten', () => {
  const tally = makeFailureTally()
  tally.due([failures(1)])
  tally.keep(new Set(['b']))
  expect(tally.due([failures(1)])).toHaveLength(1)
})
