import { expect, test } from 'vitest'
import { badLinesOf } from './bad-lines.ts'

test('finds our own mistakes in a log, from a place on', () => {
  const old = 'TypeError: before the round\n'
  const log = `${old}{"level":"warn","msg":"broker lost"}\n{"level":"error","error":"TypeError: x is undefined"}\n`
  expect(badLinesOf('fetcher-1', log, old.length)).toEqual([
    'fetcher-1 wrote: {"level":"error","error":"TypeError: x is undefined"}',
  ])
})
