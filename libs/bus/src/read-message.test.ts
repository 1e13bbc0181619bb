import { expect, test } from 'vitest'
import { z } from 'zod'
import { readTolerantly } from './read-message.ts'

const schema = z.strictObject({
  id: z.string(),
  parts: z.array(z.strictObject({ n: z.int() })),
  state: z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('on'), since: z.number() }),
    z.strictObject({ is: z.literal('off') }),
  ]),
})
const good = { id: 'a', parts: [{ n: 1 }], state: { is: 'on', since: 5 } }

test('a message of this version is read as it is', () => {
  expect(readTolerantly(schema, good)).toEqual({ ok: true, value: good })
})

test('fields of a later version are dropped at every depth, and the original is left alone', () => {
  const later = { ...good, extra: 1, parts: [{ n: 1, more: true }], state: { is: 'on', since: 5, why: 'x' } }
  expect(readTolerantly(schema, later)).toEqual({ ok: true, value: good })
  expect(later.extra).toBe(1)
})

test('a wrong field is told by its path, also beside an unknown one', () => {
  const wrong = { ...good, extra: 1, parts: [{ n: 'one' }] }
  const read = readTolerantly(schema, wrong)
  expect(read.ok).toBe(false)
  expect(read.ok ? [] : read.problems).toEqual([expect.stringMatching(/^parts\.0\.n: /)])
})
