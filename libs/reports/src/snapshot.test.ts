import { expect, test } from 'vitest'
import { readSnapshot, snapshotHeader, snapshotLine } from './snapshot.ts'
import { recordOf } from './testing.ts'

const text =
  snapshotHeader({ runId: 'r', site: 's' }) +
  ['ä', 'b'].map((etag) => snapshotLine({ runId: 'r', record: recordOf({ etag }) })).join('')

async function* inPieces(whole: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(whole)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = (whole: string, size = 100) => Array.fromAsync(readSnapshot(inPieces(whole, size)))

test.each([1, 7, 100, 100_000])('a snapshot reads back from pieces of %i bytes', async (size) => {
  expect((await read(text, size)).map((entry) => entry.record.etag)).toEqual(['ä', 'b'])
})

test('what is cut off, empty or something else is refused', async () => {
  await expect(read(text.slice(0, -5))).rejects.toThrow('cut off')
  await expect(read('')).rejects.toThrow('empty')
  await expect(read('{"seineSnapshot":99}\n')).rejects.toThrow('version 1')
})
