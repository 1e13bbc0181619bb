import { expect, test } from 'vitest'
import { z } from 'zod'
import { compiled } from './compiled.ts'
import { pageResult } from './page-result.ts'
import { fetchTask } from './task.ts'

test('a schema that is used often is compiled, and says the same of good and bad', () => {
  const schema = z.strictObject({ name: z.string().max(3), at: z.number().optional() })
  const read = (value: unknown) => compiled(schema).safeParse(value)
  const early = [{ name: 'a' }, { name: 'abcd' }, { name: 'a', other: 1 }, null].map(read)
  for (let i = 0; i < 300; i++) read({ name: 'a' })
  expect(compiled(schema)).not.toBe(schema)
  expect([{ name: 'a' }, { name: 'abcd' }, { name: 'a', other: 1 }, null].map(read)).toEqual(early)
})

test.each([pageResult, fetchTask])('$name can be compiled: each page is checked by it', ({ schema }) => {
  expect(() => z.compile(schema as z.ZodType, { strict: true })).not.toThrow()
})
