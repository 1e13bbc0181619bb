import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatEta } from './format.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [1_234_567, '1,234,567'],
])('%d pages are %s', (n, text) => expect(formatCount(n)).toBe(text))

test.each([
  [12, '12 B'],
  [3_400, '3.4 kB'],
  [5_600_000, '5.6 MB'],
  [7e12, '7.0 TB'],
])('%d bytes are %s', (n, text) => expect(formatBytes(n)).toBe(text))

test.each([
  [850, '850 ms'],
  [42_000, '42 s'],
  [59_700, '1 m 00 s'],
  [185_000, '3 m 05 s'],
  [7_620_000, '2 h 07 m'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

test('an ETA says when it is not known', () => {
  expect(formatEta({ state: 'estimating' })).toBe('estimating')
  expect(formatEta({ state: 'known', remainingMs: 61_000, basis: 'measured' })).toBe('1 m 01 s left')
})
