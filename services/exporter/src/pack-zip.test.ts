import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { readZip } from '@seine/testkit'
import { expect, test } from 'vitest'
import { needsZip64, type PackEntry, packZip } from './pack-zip.ts'

const { signal } = new AbortController()
const entry = (name: string, text: string): PackEntry => ({
  name,
  sizeBytes: text.length,
  content: async () => Readable.from([Buffer.from(text)]),
})
const collect = (bytes: Readable): Promise<Buffer> => buffer(bytes)

/** What the end of a zip says (APPNOTE 4.3.14–16). */
function endOf(tail: Buffer) {
  const record = tail.lastIndexOf('PK\x06\x06')
  const locator = tail.lastIndexOf('PK\x06\x07')
  if (record < 0 || locator < 0) return { isZip64: false as const }
  const central = tail.lastIndexOf('PK\x01\x02')
  const nameLength = tail.readUInt16LE(central + 28)
  const extra = central + 46 + nameLength
  return {
    isZip64: true as const,
    versionNeeded: tail.readUInt16LE(central + 6),
    extraId: tail.readUInt16LE(extra),
    sizeBytes: tail.readBigUInt64LE(extra + 4),
    entries: tail.readBigUInt64LE(record + 32),
    directoryOffset: tail.readBigUInt64LE(record + 48),
    recordOffset: tail.readBigUInt64LE(locator + 8),
  }
}

test('zip64 is used where sizes or entries need it, and not otherwise', () => {
  const sized = (sizes: number[]) => sizes.map((sizeBytes) => ({ sizeBytes }))
  expect(needsZip64([])).toBe(false)
  expect(needsZip64(sized([4_000_000_000]))).toBe(false)
  expect(needsZip64(sized([3_000_000_000, 1_300_000_000]))).toBe(true)
  expect(needsZip64(sized(new Array(65_535).fill(1) as number[]))).toBe(true)
})

test('a zip64 has its end records, and what it holds comes out as it went in', async () => {
  const entries = [entry('a.csv', 'a,b\r\n'), entry('shop/b.csv', 'x'.repeat(10_000))]
  const plain = await packZip(entries, collect, { signal })
  expect(endOf(plain)).toEqual({ isZip64: false })
  const zip = await packZip(entries, collect, { signal, forceZip64: true })
  const end = endOf(zip)
  expect(end).toMatchObject({ isZip64: true, entries: 2n })
  expect(zip.toString('latin1', Number(end.recordOffset)).startsWith('PK\x06\x06')).toBe(true)
  expect(zip.toString('latin1', Number(end.directoryOffset)).startsWith('PK\x01\x02')).toBe(true)
  expect([...(await readZip(zip)).entries()].map(([name, bytes]) => [name, bytes.length])).toEqual([
    ['a.csv', 5],
    ['shop/b.csv', 10_000],
  ])
  expect(await packZip(entries, collect, { signal, forceZip64: true })).toEqual(zip)
})

test('a file of more than 4 GiB is packed by itself as zip64, a chunk at a time', async () => {
  const chunk = Buffer.alloc(16 * 1024 ** 2)
  const sizeBytes = chunk.length * 257
  const content = async () => Readable.from(Array.from({ length: 257 }, () => chunk))
  let tail = Buffer.alloc(0)
  let total = 0
  const count = new Writable({
    write(bytes: Buffer, _encoding, done) {
      total += bytes.length
      tail = Buffer.concat([tail, bytes]).subarray(-4_096)
      done()
    },
  })
  await packZip([{ name: 'full.csv', sizeBytes, content }], (bytes) => pipeline(bytes, count), { signal })
  const end = endOf(tail)
  expect(end).toMatchObject({ isZip64: true, versionNeeded: 45, extraId: 1, sizeBytes: BigInt(sizeBytes), entries: 1n })
  expect(sizeBytes).toBeGreaterThan(4 * 1024 ** 3)
  // The directory is where it is said to be, counted from the end.
  expect(tail.toString('latin1', tail.length - (total - Number(end.directoryOffset)), tail.length).slice(0, 4)).toBe(
    'PK\x01\x02',
  )
}, 120_000)

test('a store that fails ends the packing with its error, and so does a source that breaks', async () => {
  const failing = async (bytes: Readable) => {
    bytes.destroy()
    throw new Error('the store is full')
  }
  await expect(packZip([entry('a', 'a')], failing, { signal })).rejects.toThrow('the store is full')
  const broken = new Readable({ read: () => broken.destroy(new Error('gone')) })
  const entries = [{ name: 'a', sizeBytes: 1, content: async () => broken }]
  await expect(packZip(entries, collect, { signal })).rejects.toThrow('gone')
})
