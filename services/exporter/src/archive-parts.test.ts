import { expect, test } from 'vitest'
import { maxArchiveParts, splitIntoParts } from './archive-parts.ts'

const sizes = (files: number[], maxBytes: number, takenBytes = 0): number[][] =>
  splitIntoParts(
    files.map((sizeBytes) => ({ sizeBytes })),
    { maxBytes, takenBytes },
  ).map((part) => part.map(({ sizeBytes }) => sizeBytes))

test('without a size there is one part, also of nothing', () => {
  expect(sizes([5, 5, 5], 0)).toEqual([[5, 5, 5]])
  expect(sizes([], 0)).toEqual([[]])
  expect(sizes([], 10)).toEqual([[]])
})

test('a part holds whole files, in their order, up to the size and no byte more', () => {
  expect(sizes([4, 6, 1, 9, 10, 3], 10)).toEqual([[4, 6], [1, 9], [10], [3]])
})

test('a file that is larger than a part has one of its own', () => {
  expect(sizes([3, 25, 3], 10)).toEqual([[3], [25], [3]])
  expect(sizes([25], 10)).toEqual([[25]])
})

test('what the first part holds besides counts', () => {
  expect(sizes([4, 6], 10, 4)).toEqual([[4], [6]])
  expect(sizes([4, 6], 10, 50)).toEqual([[], [4, 6]])
})

test('there are no more parts than can be named: the last takes the rest', () => {
  const parts = sizes(Array(2_000).fill(10) as number[], 10)
  expect(parts).toHaveLength(maxArchiveParts)
  expect(parts.at(-1)).toHaveLength(2_000 - maxArchiveParts + 1)
})
