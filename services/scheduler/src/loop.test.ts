import { makeManualClock, silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeLoop } from './loop.ts'

function loopOf(round: () => Promise<'more' | 'idle'>) {
  const clock = makeManualClock(0)
  const loop = makeLoop({ name: 'test', everyMs: 1_000, round, clock, log: silentLogger })
  return { clock, loop, settle: () => clock.advance(0) }
}

test('it goes round at its pace, at once when woken, and again as long as there is more', async () => {
  let rounds = 0
  const { clock, loop, settle } = loopOf(async () => (++rounds === 1 ? 'more' : 'idle'))
  loop.start(() => {})
  await settle()
  expect(rounds).toBe(2)
  await clock.advance(1_000)
  expect(rounds).toBe(3)
  loop.wake()
  await settle()
  expect(rounds).toBe(4)
  await loop.stop()
})

test('a wake during a round is not lost', async () => {
  let rounds = 0
  const { loop, settle } = loopOf(async () => {
    if (++rounds === 1) loop.wake()
    return 'idle'
  })
  loop.start(() => {})
  await settle()
  expect(rounds).toBe(2)
  await loop.stop()
})

test('a round that fails is tried again with growing pauses, and nothing dies of it', async () => {
  let rounds = 0
  let failed: unknown = null
  const { clock, loop, settle } = loopOf(async () => {
    if (++rounds <= 3) throw new Error('the database is away')
    return 'idle'
  })
  loop.start((error) => {
    failed = error
  })
  await settle()
  expect(rounds).toBe(1)
  await clock.advance(200)
  expect(rounds).toBe(2)
  await clock.advance(200)
  expect(rounds).toBe(2)
  await clock.advance(1_000)
  expect(rounds).toBe(4)
  expect(failed).toBeNull()
  await loop.stop()
})

test('stopping ends its nap and waits for its round', async () => {
  const { loop, settle } = loopOf(async () => 'idle')
  loop.start(() => {})
  await settle()
  await loop.stop()
})
