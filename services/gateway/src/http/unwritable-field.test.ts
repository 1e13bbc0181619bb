import { expect, test } from 'vitest'
import { unwritableField } from './unwritable-field.ts'

test.each<[unknown, string | null]>([
  [{ name: 'a\0' }, 'name'],
  [{ sites: [{ name: 'lamps' }, { name: '\0' }] }, 'sites.1.name'],
  [{ labels: { 'a\0': 1 } }, 'labels'],
  ['\0', ''],
  [{ name: 'a', list: [null, 1, true] }, null],
  ['\\u0000', null],
  // Half a pair, as JSON can write it; a whole one is text.
  [{ group: '\ud800' }, 'group'],
  [{ labels: { 'a\udc00': 1 } }, 'labels'],
  [{ group: '\ud83d\ude00' }, null],
])('%j: %j', (value, field) => {
  expect(unwritableField(value)).toBe(field)
})

test('a value of any depth is gone through', () => {
  let deep: unknown = '\0'
  for (let depth = 0; depth < 5_000; depth++) deep = [deep]
  expect(unwritableField(deep)).toMatch(/^0(\.0)+$/)
})
