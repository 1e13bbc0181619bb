import { expect, test } from 'vitest'
import { toJson } from './to-json.ts'

test.each([
  ['a\0b', 'ab'],
  ['\0\0', ''],
  ['cut in two: \ud83d', 'cut in two: \ufffd'],
  ['\udc00 first', '\ufffd first'],
  ['whole: \u{1f600}', 'whole: \u{1f600}'],
  ['text that looks like it: \\u0000 \\\\ud83d', 'text that looks like it: \\u0000 \\\\ud83d'],
  ['a backslash, then one: \\\0', 'a backslash, then one: \\'],
])('%j is kept as %j', (text, kept) => {
  expect(JSON.parse(toJson({ rows: [text] }))).toEqual({ rows: [kept] })
})

test('names of fields are cleaned too', () => {
  expect(JSON.parse(toJson({ 'a\0': 1 }))).toEqual({ a: 1 })
})
