import { expect, test } from 'vitest'
import { lagOf } from './lag.ts'

const info = { num_pending: 0, num_ack_pending: 0, ack_floor: { stream_seq: 40, consumer_seq: 7 } }

test('a consumer that has nothing left is done with all of its stream, also with messages of others', () => {
  expect(lagOf(info, 100)).toEqual({ lastSeq: 100, doneSeq: 100 })
})

test('one that has something left is done up to what it has acknowledged without a gap', () => {
  expect(lagOf({ ...info, num_pending: 1 }, 100)).toEqual({ lastSeq: 100, doneSeq: 40 })
  expect(lagOf({ ...info, num_ack_pending: 1 }, 100)).toEqual({ lastSeq: 100, doneSeq: 40 })
})
