import { expect, test } from 'vitest'
import { etagOf, readIfMatch } from './if-match.ts'

const withHeader = (value: string | undefined) => ({ header: () => value })

test('the version of an ETag is read back from If-Match', () => {
  const { ETag } = etagOf(12)
  expect(readIfMatch(withHeader(ETag))).toBe(12)
})

test('a change without If-Match is 428', () => {
  expect(() => readIfMatch(withHeader(undefined))).toThrow(expect.objectContaining({ status: 428 }))
})

test.each(['*', '3', 'W/"3"', '"3", "4"', '"x"', '""'])('If-Match %s is no version and so 412', (text) => {
  expect(() => readIfMatch(withHeader(text))).toThrow(expect.objectContaining({ status: 412 }))
})
