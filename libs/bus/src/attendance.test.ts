import { expect, test } from 'vitest'
import { isAttended } from './attendance.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')
const info = (num_waiting: number, num_ack_pending: number, lastActive?: string) =>
  ({
    num_waiting,
    num_ack_pending,
    delivered: { consumer_seq: 1, stream_seq: 1, ...(lastActive && { last_active: lastActive }) },
  }) as unknown as Parameters<typeof isAttended>[0]

test.each([
  ['a worker that asks', info(1, 0), true],
  ['nobody ever', info(0, 0), false],
  ['workers that are all busy', info(0, 4, '2026-11-20T11:59:30.123456789Z'), true],
  ['workers that were killed a while ago', info(0, 4, '2026-11-20T11:58:00Z'), false],
  ['workers that finished and left', info(0, 0, '2026-11-20T11:59:59Z'), false],
])('%s', (_, of, expected) => {
  expect(isAttended(of, nowMs)).toBe(expected)
})
