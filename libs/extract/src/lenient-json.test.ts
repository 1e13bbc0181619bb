import { expect, it } from 'vitest'
import { parseLenientJson } from './lenient-json.ts'

it.each([
  ['valid JSON', '{"a":[1,2.5,true,null,"x\\u00e9"]}', [{ a: [1, 2.5, true, null, 'xé'] }]],
  ['trailing commas', '{"a":[1,2,],}', [{ a: [1, 2] }]],
  ['missing commas', '{"a":1 "b":2}', [{ a: 1, b: 2 }]],
  ['comments', '/* x */{"a":1, // y\n"b":2}', [{ a: 1, b: 2 }]],
  ['HTML comment marks', '<!--{"a":1}-->', [{ a: 1 }]],
  ['CDATA marks', '//<![CDATA[\n{"a":1}\n//]]>', [{ a: 1 }]],
  ['raw line breaks and tabs in a text', '{"a":"x\n\ty"}', [{ a: 'x\n\ty' }]],
  ['escaped quotes', '{&quot;a&quot;:&quot;b &amp;amp; c&quot;}', [{ a: 'b &amp; c' }]],
  ['single quotes and bare words', "{a:'b', c: yes}", [{ a: 'b', c: 'yes' }]],
  ['quotes inside of a text', '{"a":"a 5" pipe","b":1}', [{ a: 'a 5" pipe', b: 1 }]],
  ['bad escapes', '{"a":"\\x\\u12"}', [{ a: 'xu12' }]],
  ['several values and an extra bracket', '{"a":1}}{"b":2};', [{ a: 1 }, { b: 2 }]],
  ['a missing end', '{"a":{"b":[1,"c', [{ a: { b: [1, 'c'] } }]],
  ['a value that is missing', '{"a":,"b":}', [{}]],
  ['no JSON at all', 'window.x = y', []],
])('reads %s', (_, source, values) => {
  expect(parseLenientJson(source)).toEqual(values)
})

it('stops at a depth instead of overflowing, and never pollutes prototypes', () => {
  expect(() => parseLenientJson(`${'[{"a":'.repeat(50_000)}`)).not.toThrow()
  expect(parseLenientJson('{"__proto__":{"x":1},}')).toEqual([{}])
  expect(({} as { x?: number }).x).toBeUndefined()
})
