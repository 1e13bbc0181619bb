import type { JetStreamManager } from '@nats-io/jetstream'
import { silentLogger, systemClock } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeBrokerClock } from './broker-clock.ts'

/** A machine whose time is set and a broker that answers after so long. */
function makeMachine() {
  const machine = { steadyMs: 5_000, wallMs: 1_000_000, brokerAheadMs: 0, roundTripMs: 10 }
  const clock = { ...systemClock, nowMs: () => machine.wallMs, sleep: () => new Promise<void>(() => {}) }
  const info = async () => {
    pass(machine.roundTripMs / 2)
    const ts = new Date(machine.steadyMs + 1_000_000 + machine.brokerAheadMs).toISOString()
    pass(machine.roundTripMs / 2)
    return { ts }
  }
  function pass(ms: number) {
    machine.steadyMs += ms
    machine.wallMs += ms
  }
  const jsm = async () => ({ streams: { info } }) as unknown as JetStreamManager
  const brokerClock = makeBrokerClock(jsm, clock, silentLogger, () => machine.steadyMs)
  return { machine, brokerClock, pass, brokerMs: () => machine.steadyMs + 1_000_000 + machine.brokerAheadMs }
}

test('tells the broker’s time, and goes on with it', async () => {
  const { machine, brokerClock, pass, brokerMs } = makeMachine()
  machine.brokerAheadMs = 30_000
  await brokerClock.start(new AbortController().signal)
  expect(brokerClock.nowMs()).toBe(brokerMs())
  pass(10_000)
  expect(brokerClock.nowMs()).toBe(brokerMs())
})

test.each([20_000, -20_000])('does not move when the machine’s time is set %i ms on (I3)', async (ms) => {
  const { machine, brokerClock, brokerMs } = makeMachine()
  await brokerClock.start(new AbortController().signal)
  machine.wallMs += ms
  expect(brokerClock.nowMs()).toBe(brokerMs())
})

test('tells the machine’s own time until the broker was asked', () => {
  const { machine, brokerClock, pass } = makeMachine()
  pass(500)
  expect(brokerClock.nowMs()).toBe(machine.wallMs)
})
