import { expect, it } from 'vitest'
import { evenly, interleave } from './subset.ts'

it('takes values from the whole list, the first among them', () => {
  expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7])
})

it('takes all where there are not as many', () => {
  expect(evenly([1, 2], 5)).toEqual([1, 2])
})

it('spreads each list over the whole and keeps its order', () => {
  expect(interleave([['a', 'b', 'c', 'd'], ['1', '2'], []])).toEqual(['a', '1', 'b', 'c', '2', 'd'])
})
