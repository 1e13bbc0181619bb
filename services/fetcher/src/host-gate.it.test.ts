import { type Bucket, type Bus, connectBus, provision } from '@seine/bus'
import { buckets, hostKey } from '@seine/contracts'
import { initialHostState } from '@seine/politeness'
import { createLogger, systemClock } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostGate, makeHostGate, maxHoldMs, type Slot } from './host-gate.ts'

const log = createLogger('test', { level: 'error' })
let nats: TestNats
let buses: Bus[]
let gates: HostGate[]

beforeAll(async () => {
  nats = await startNats()
  buses = await Promise.all([1, 2, 3].map((i) => connectBus({ servers: nats.servers, name: `test-${i}` }, log)))
  await provision(buses[0]!, { replicas: 1 })
  gates = await Promise.all(buses.map(async (bus) => gateOf(bus, await bus.bucket(buckets.hosts))))
})

afterAll(async () => {
  await Promise.all(buses.map(async (bus) => bus[Symbol.asyncDispose]()))
  await nats.stop()
})

const gateOf = (bus: Bus, bucket: Bucket<unknown>): HostGate =>
  makeHostGate({ bucket, nowMs: bus.nowMs, clock: systemClock, log })

const timesOf = (slots: readonly Slot[]) =>
  slots.flatMap((slot) => (slot.kind === 'go' ? [slot.startedAtMs] : [])).sort((a, b) => a - b)

describe('slots of one host', () => {
  it('never break burst + rate·T, whichever of three fetchers they are given to', async () => {
    const pace = { ratePerSecond: 100, burst: 5 }
    const slots = await Promise.all(
      Array.from({ length: 240 }, (_, i) => gates[i % gates.length]!.acquire('rate.test', pace)),
    )
    const times = timesOf(slots)
    expect(times.length).toBeGreaterThan(90)
    for (const [i, from] of times.entries())
      for (const [j, to] of times.entries())
        if (j > i) expect(j - i + 1).toBeLessThanOrEqual(pace.burst + ((to - from) * pace.ratePerSecond) / 1_000 + 1e-6)
    const deferred = slots.filter((slot) => slot.kind === 'defer')
    expect(deferred).toHaveLength(240 - times.length)
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(maxHoldMs + 500)
  })

  it('stop for every fetcher when one of them is throttled', async () => {
    const pace = { ratePerSecond: 100, burst: 1 }
    expect((await gates[0]!.acquire('busy.test', pace)).kind).toBe('go')
    gates[0]!.report('busy.test', { kind: 'throttled', retryAfterMs: 20_000, reason: 'rate-limited' })
    await gates[0]!.flush()
    const slot = await gates[1]!.acquire('busy.test', pace)
    expect(slot).toMatchObject({ kind: 'defer', reason: 'rate-limited' })
    expect(slot.kind === 'defer' && slot.untilMs - buses[1]!.nowMs()).toBeGreaterThan(15_000)
    expect((await gates[1]!.acquire('other.test', pace)).kind).toBe('go')
  })

  it('are refused for good once three probes in a row have failed, but not while another one is out', async () => {
    const bucket = await buses[0]!.bucket<unknown>(buckets.hosts)
    const pace = { ratePerSecond: 100, burst: 1 }
    const nowMs = buses[0]!.nowMs()
    const { limiter, breaker } = initialHostState(nowMs)
    const open = { ...breaker, phase: 'open' as const, openForMs: 60_000, openUntilMs: nowMs + 60_000, failedProbes: 3 }
    const probe = { slotMs: nowMs, expiresAtMs: nowMs + 60_000 }
    await bucket.put(hostKey('down.test'), { version: 1, limiter, breaker: open })
    await bucket.put(hostKey('probed.test'), { version: 1, limiter, breaker: { ...open, phase: 'half-open', probe } })
    expect(await gates[0]!.acquire('down.test', pace)).toEqual({ kind: 'dead', reason: 'host-down' })
    expect(await gates[0]!.acquire('probed.test', pace)).toMatchObject({ kind: 'defer', reason: 'breaker-half-open' })
  })

  it('keep to the slowest of the paces that wait together', async () => {
    const [fast, slow] = await Promise.all([
      gates[0]!.acquire('two.test', { ratePerSecond: 1_000, burst: 100 }),
      gates[0]!.acquire('two.test', { ratePerSecond: 5, burst: 1 }),
    ])
    const [first = 0, second = 0] = timesOf([fast, slow])
    expect(second - first).toBeGreaterThanOrEqual(200)
  })

  it('are asked for again, as far ahead as it takes, when the broker confirms them too late', async () => {
    let nowMs = Date.now()
    const stored = await buses[0]!.bucket<unknown>(buckets.hosts)
    const slowly = async <T>(write: Promise<T>) => {
      nowMs += 600
      return write
    }
    const bucket: Bucket<unknown> = {
      ...stored,
      create: (key, value) => slowly(stored.create(key, value)),
      update: (key, value, revision) => slowly(stored.update(key, value, revision)),
    }
    const sleep = async (ms: number) => {
      nowMs += ms
    }
    const clock = { ...systemClock, sleep }
    const gate = makeHostGate({ bucket, nowMs: () => nowMs, clock, log })
    const pace = { ratePerSecond: 10, burst: 4 }
    const confirmedAtMs = nowMs + 600
    const slots = await Promise.all([1, 2, 3].map(() => gate.acquire('late.test', pace)))
    expect(slots.map(({ kind }) => kind)).toEqual(['go', 'go', 'go'])
    // The second write took as long again, and its slots were asked for that much later.
    expect(timesOf(slots)[0]).toBeGreaterThanOrEqual(confirmedAtMs + 600)
  })

  it('are given back with the task when the broker is slower each time', async () => {
    let nowMs = Date.now()
    let tookMs = 500
    const stored = await buses[0]!.bucket<unknown>(buckets.hosts)
    const slowly = async <T>(write: Promise<T>) => {
      nowMs += tookMs
      tookMs *= 2
      return write
    }
    const bucket: Bucket<unknown> = {
      ...stored,
      create: (key, value) => slowly(stored.create(key, value)),
      update: (key, value, revision) => slowly(stored.update(key, value, revision)),
    }
    const gate = makeHostGate({ bucket, nowMs: () => nowMs, clock: systemClock, log })
    const slot = await gate.acquire('slower.test', { ratePerSecond: 10, burst: 1 })
    expect(slot).toMatchObject({ kind: 'defer', reason: 'slot-missed' })
  })

  it('are asked for again by a process that stood still while it waited for them', async () => {
    let nowMs = Date.now()
    const wokenAtMs = nowMs + 2_000
    // All sleepers wake together, a second late.
    const sleep = async () => {
      nowMs = wokenAtMs
    }
    const clock = { ...systemClock, sleep }
    const bucket = await buses[0]!.bucket<unknown>(buckets.hosts)
    const gate = makeHostGate({ bucket, nowMs: () => nowMs, clock, log })
    const pace = { ratePerSecond: 10, burst: 1 }
    const slots = await Promise.all([1, 2, 3, 4].map(() => gate.acquire('stopped.test', pace)))
    const times = timesOf(slots)
    expect(times).toHaveLength(4)
    // The first was due before; of the others none is used at the time that had passed, and none beside another.
    for (const [i, atMs] of times.slice(1).entries()) expect(atMs).toBeGreaterThanOrEqual(wokenAtMs + i * 100)
  })

  it('are not given while the state cannot be reached, and the host alone waits', async () => {
    const broken: Bucket<unknown> = {
      ...(await buses[0]!.bucket<unknown>(buckets.hosts)),
      get: async (key) => (key.includes('lost') ? Promise.reject(new Error('timeout')) : null),
    }
    const gate = gateOf(buses[0]!, broken)
    const pace = { ratePerSecond: 100, burst: 1 }
    const [lost, fine] = await Promise.all([gate.acquire('lost.test', pace), gate.acquire('fine.test', pace)])
    expect(lost).toMatchObject({ kind: 'defer', reason: 'limiter-unavailable' })
    expect(fine.kind).toBe('go')
  })
})
