import { expect, test } from 'vitest'
import { bySiteRun, maxBatchesAtOnce } from './consume-batches.ts'

test('messages of one site run come together, in their order', () => {
  const messages = ['r.a', 'r.b', 'r.a', 'r.c', 'r.b'].map((run, seq) => ({ subject: `result.discovered.${run}`, seq }))
  expect(bySiteRun(messages).map((part) => part.map(({ seq }) => seq))).toEqual([[0, 2], [1, 4], [3]])
})

test('no more of them than are entered in one go', () => {
  const messages = Array.from({ length: maxBatchesAtOnce * 2 + 1 }, () => ({ subject: 'result.discovered.r.a' }))
  expect(bySiteRun(messages).map((part) => part.length)).toEqual([maxBatchesAtOnce, maxBatchesAtOnce, 1])
})
