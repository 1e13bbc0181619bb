import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExternalSort } from './external-sort.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sort-test-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Numbers in an order that looks like none. */
const shuffled = (count: number): number[] => Array.from({ length: count }, (_, n) => (n * 7_919) % count)
const keyOf = (n: number): string => String(n).padStart(6, '0')
const payloadOf = (n: number): Buffer => Buffer.from(`${n}:${'x'.repeat(n % 50)}`)

async function sortedBy(maxBytes: number, numbers: number[]) {
  await using sort = makeExternalSort({ dir, maxBytes })
  for (const n of numbers) await sort.add(keyOf(n), payloadOf(n))
  expect(sort.count).toBe(numbers.length)
  const filesAtWork = (await readdir(dir)).length
  const entries = []
  for await (const { key, payload } of sort.sorted()) entries.push([key, payload.toString()])
  return { entries, filesAtWork }
}

test.each([
  ['all in memory', 10_000_000, 0, 0],
  ['through some files', 100_000, 2, 32],
  ['through more files than are merged at once', 5_000, 1, 32],
])('entries come out by key: %s', async (_name, maxBytes, least, most) => {
  const numbers = shuffled(5_003)
  const { entries, filesAtWork } = await sortedBy(maxBytes, numbers)
  expect(entries).toEqual([...numbers].sort((a, b) => a - b).map((n) => [keyOf(n), payloadOf(n).toString()]))
  expect(filesAtWork).toBeGreaterThanOrEqual(least)
  expect(filesAtWork).toBeLessThanOrEqual(most)
})

test('nothing is left on disk', async () => {
  await sortedBy(5_000, shuffled(1_000))
  expect(await readdir(dir)).toEqual([])
})

test('nothing is left on disk when reading stops early', async () => {
  {
    await using sort = makeExternalSort({ dir, maxBytes: 5_000 })
    for (const n of shuffled(1_000)) await sort.add(keyOf(n), payloadOf(n))
    for await (const _ of sort.sorted()) break
  }
  expect(await readdir(dir)).toEqual([])
})

test('an entry larger than a read, and keys of high characters, survive', async () => {
  await using sort = makeExternalSort({ dir, maxBytes: 1_000_000 })
  const large = Buffer.alloc(900_000, 7)
  await sort.add('\u00e9', large)
  await sort.add('\u00e8', large)
  await sort.add('z', Buffer.alloc(0))
  const entries = []
  for await (const { key, payload } of sort.sorted()) entries.push([key, payload.length])
  expect(entries).toEqual([
    ['z', 0],
    ['\u00e8', 900_000],
    ['\u00e9', 900_000],
  ])
})

test('an entry larger than the memory is refused', async () => {
  await using sort = makeExternalSort({ dir, maxBytes: 100 })
  await expect(sort.add('k', Buffer.alloc(101))).rejects.toThrow(RangeError)
})

test('no entries are no entries', async () => {
  expect((await sortedBy(100, [])).entries).toEqual([])
})
