import { expect, test } from 'vitest'
import { makeDiscoveryBacklog } from './discovery-backlog.ts'

test('batches may be on their way until everything is entered that was stored at the first question', async () => {
  let lag = { lastSeq: 100, doneSeq: 40 }
  const isBehind = makeDiscoveryBacklog(async () => lag)
  expect(await isBehind('a', 1, 10_000)).toBe(true)
  lag = { lastSeq: 500, doneSeq: 99 }
  expect(await isBehind('a', 1, 20_000)).toBe(true)
  // What was stored later is of others, and never ends.
  lag = { lastSeq: 900, doneSeq: 100 }
  expect(await isBehind('a', 1, 30_000)).toBe(false)
})

test('a site run that has settled again is waited for anew', async () => {
  let lag = { lastSeq: 100, doneSeq: 40 }
  const isBehind = makeDiscoveryBacklog(async () => lag)
  expect(await isBehind('a', 1, 10_000)).toBe(true)
  lag = { lastSeq: 500, doneSeq: 120 }
  expect(await isBehind('a', 2, 20_000)).toBe(true)
})

test('where nothing is left to enter nothing is on its way', async () => {
  const isBehind = makeDiscoveryBacklog(async () => ({ lastSeq: 100, doneSeq: 100 }))
  expect(await isBehind('a', 1, 10_000)).toBe(false)
})

test('one look serves all site runs of a moment, a failed one none', async () => {
  let looks = 0
  const isBehind = makeDiscoveryBacklog(async () => {
    if (++looks === 1) throw new Error('the broker is away')
    return { lastSeq: 100, doneSeq: 40 }
  })
  await expect(isBehind('a', 1, 10_000)).rejects.toThrow('away')
  expect(await isBehind('a', 1, 10_001)).toBe(true)
  expect(await isBehind('b', 1, 10_100)).toBe(true)
  expect(looks).toBe(2)
})
