import { expect, test } from 'vitest'
import { maxDepth, parseSafely } from './safe-json.ts'

test('JSON is read as it is', () => {
  const text = '{"a":[1,{"b":null}],"constructor":"Lego","prototype":1,"c":{"constructor":{"x":1}}}'
  expect(parseSafely(text)).toEqual(JSON.parse(text))
})

test('nesting is bounded', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  expect(() => parseSafely(nested(maxDepth))).not.toThrow()
  expect(() => parseSafely(nested(maxDepth + 1))).toThrow(`deeper than ${maxDepth}`)
})

test('names that reach a prototype are refused wherever they stand', () => {
  for (const text of ['{"__proto__":1}', '[{"a":{"__proto__":{}}}]', '{"constructor":{"prototype":{}}}'])
    expect(() => parseSafely(text)).toThrow(SyntaxError)
})
