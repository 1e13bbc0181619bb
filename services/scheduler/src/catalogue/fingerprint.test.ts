import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

test('the order of keys does not matter, that of lists does', () => {
  const entry = { name: 'a', hosts: ['x', 'y'], retry: { maxAttempts: 1, baseMs: 2 } }
  const same = { retry: { baseMs: 2, maxAttempts: 1 }, hosts: ['x', 'y'], name: 'a' }
  expect(fingerprintOf(same)).toBe(fingerprintOf(entry))
  expect(fingerprintOf({ ...entry, hosts: ['y', 'x'] })).not.toBe(fingerprintOf(entry))
})

test.each([
  [{ a: null }, {}],
  [{ a: [] }, { a: {} }],
  [{ a: 1 }, { a: '1' }],
  [{ a: { b: 1 } }, { a: [['b', 1]], c: 0 }],
])('%j is not %j', (one, other) => {
  expect(fingerprintOf(one)).not.toBe(fingerprintOf(other))
})
