import type { Logger } from '@seine/runtime'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeTellSeldom, maxCauses, tellEveryMs } from './tell-seldom.ts'

function telling() {
  const lines: [string, unknown, unknown][] = []
  const log: Logger = {
    ...silentLogger,
    error: (message, fields) => void lines.push([message, fields?.times, fields?.run]),
  }
  const clock = { ms: 1_000 }
  return { teller: makeTellSeldom(log, () => clock.ms), lines, clock }
}

test('a cause is told of at once, then once a minute with how often it came', () => {
  const { teller, lines, clock } = telling()
  // Four rounds a second for two minutes and a half.
  for (let n = 0; n < 600; n++, clock.ms += 250) {
    teller.failed('run could not be moved on', 'connect ECONNREFUSED', { run: `r${n}` })
    teller.due()
  }
  expect(lines.map(([, times]) => times)).toEqual([1, 240, 240])
  clock.ms += tellEveryMs
  teller.due()
  expect(lines.at(-1)).toEqual(['run could not be moved on', 119, 'r599'])
})

test('another cause, and another message, are told of beside it', () => {
  const { teller, lines } = telling()
  teller.failed('run', 'refused', {})
  teller.failed('run', 'deadlock', {})
  teller.failed('site run', 'deadlock', {})
  teller.failed('site run', 'deadlock', {})
  expect(lines.map(([message]) => message)).toEqual(['run', 'run', 'site run'])
})

test('a cause that is over is forgotten after its minute, so that it is told of at once when it comes again', () => {
  const { teller, lines, clock } = telling()
  teller.failed('run', 'refused', {})
  clock.ms += tellEveryMs
  teller.due()
  expect(lines).toHaveLength(1)
  teller.failed('run', 'refused', {})
  expect(lines).toHaveLength(2)
})

test('causes that differ each time are told of together once there are too many of them', () => {
  const { teller, lines, clock } = telling()
  for (let n = 0; n < 10 * maxCauses; n++) teller.failed('run', `request ${n} failed`, {})
  expect(lines).toHaveLength(maxCauses + 1)
  clock.ms += tellEveryMs
  teller.due()
  expect(lines.slice(maxCauses + 1).map(([, times]) => times)).toEqual([10 * maxCauses - maxCauses - 1])
})
