import { expect, test } from 'vitest'
import { nulField } from './nul-field.ts'

test.each<[unknown, string | null]>([
  [{ name: 'a\0' }, 'name'],
  [{ sites: [{ name: 'lamps' }, { name: '\0' }] }, 'sites.1.name'],
  [{ labels: { 'a\0': 1 } }, 'labels'],
  ['\0', ''],
  [{ name: 'a', list: [null, 1, true] }, null],
  ['\\u0000', null],
])('%j: %j', (value, field) => {
  expect(nulField(value)).toBe(field)
})

test('a value of any depth is gone through', () => {
  let deep: unknown = '\0'
  for (let depth = 0; depth < 5_000; depth++) deep = [deep]
  expect(nulField(deep)).toMatch(/^0(\.0)+$/)
})
