import { expect, it } from 'vitest'
import { makeBodyBuffer } from './body-buffer.ts'

const bytes = (text: string) => Buffer.from(text)

it('keeps a body of one chunk as it came, without a copy', () => {
  const buffer = makeBodyBuffer(100, 0)
  const chunk = bytes('whole')
  expect(buffer.append(chunk)).toBe(true)
  expect(buffer.bytes()).toBe(chunk)
})

it('joins chunks, and never writes into a chunk that is not its own', () => {
  const buffer = makeBodyBuffer(100, 0)
  const first = bytes('one,xxxx').subarray(0, 4)
  for (const chunk of [first, bytes('two,'), bytes(''), bytes('three')]) expect(buffer.append(chunk)).toBe(true)
  expect(Buffer.from(buffer.bytes()).toString()).toBe('one,two,three')
  expect(Buffer.from(first.buffer, first.byteOffset, 8).toString()).toBe('one,xxxx')
})

it('takes as much as fits, and says when something did not', () => {
  const buffer = makeBodyBuffer(5, 0)
  expect(buffer.append(bytes('123'))).toBe(true)
  expect(buffer.append(bytes('45'))).toBe(true)
  expect(buffer.append(bytes('6'))).toBe(false)
  expect(buffer.append(bytes(''))).toBe(true)
  expect(Buffer.from(buffer.bytes()).toString()).toBe('12345')
  const small = makeBodyBuffer(2, 0)
  expect(small.append(bytes('123'))).toBe(false)
  expect(Buffer.from(small.bytes()).toString()).toBe('12')
})

it('reserves no more for a promised length than its bound, and never more than the limit', () => {
  for (const [maxBytes, expected] of [
    [10_000_000, 10_000_000],
    [1_000, 50_000],
  ] as const) {
    const buffer = makeBodyBuffer(maxBytes, expected)
    buffer.append(bytes('a'))
    buffer.append(bytes('b'))
    expect(buffer.bytes().buffer.byteLength).toBeLessThanOrEqual(Math.max(262_144, Buffer.poolSize))
    expect(buffer.length).toBe(2)
  }
})
