import { type Bucket, type Bus, connectBus, provision } from '@seine/bus'
import { buckets, hostKey } from '@seine/contracts'
import { initialHostState, placesTaken } from '@seine/politeness'
import { createLogger, systemClock } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type HostGate, makeHostGate, type Slot } from './host-gate.ts'
import type { Pace } from './pace.ts'
import { maxHoldMs } from './settle-waiters.ts'

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

const paceOf = (pace: Partial<Pace>): Pace => ({
  ...{ ratePerSecond: 100, burst: 1, concurrency: 500, requestMs: 10_000 },
  ...pace,
})

const timesOf = (slots: readonly Slot[]) =>
  slots.flatMap((slot) => (slot.kind === 'go' ? [slot.startedAtMs] : [])).sort((a, b) => a - b)

describe('slots of one host', () => {
  it('never break burst + rate·T, whichever of three fetchers they are given to', async () => {
    const pace = paceOf({ ratePerSecond: 100, burst: 5 })
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
    const pace = paceOf({ ratePerSecond: 100, burst: 1 })
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
    const pace = paceOf({ ratePerSecond: 100, burst: 1 })
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
      gates[0]!.acquire('two.test', paceOf({ ratePerSecond: 1_000, burst: 100 })),
      gates[0]!.acquire('two.test', paceOf({ ratePerSecond: 5, burst: 1 })),
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
    const pace = paceOf({ ratePerSecond: 10, burst: 4 })
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
    const slot = await gate.acquire('slower.test', paceOf({ ratePerSecond: 10, burst: 1 }))
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
    const pace = paceOf({ ratePerSecond: 10, burst: 1 })
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
    const pace = paceOf({ ratePerSecond: 100, burst: 1 })
    const [lost, fine] = await Promise.all([gate.acquire('lost.test', pace), gate.acquire('fine.test', pace)])
    expect(lost).toMatchObject({ kind: 'defer', reason: 'limiter-unavailable' })
    expect(fine.kind).toBe('go')
  })
})

describe('places of one host', () => {
  const pace = paceOf({ ratePerSecond: 1_000, burst: 100, concurrency: 3 })
  const letGoOf = (slot: Slot) => slot.kind === 'go' && slot.letGo()

  it('are no more than its concurrency, whichever fetchers ask, and are handed on when they are let go of', async () => {
    let open = 0
    let most = 0
    const request = async (i: number) => {
      const slot = await gates[i % gates.length]!.acquire('places.test', pace)
      if (slot.kind !== 'go') return slot.reason
      most = Math.max(most, ++open)
      await systemClock.sleep(20)
      open--
      slot.letGo()
      return 'done'
    }
    const reasons = await Promise.all(Array.from({ length: 30 }, (_, i) => request(i)))
    expect(most).toBe(3)
    expect(reasons.filter((reason) => reason === 'done').length).toBeGreaterThanOrEqual(10)
    expect(new Set(reasons).difference(new Set(['done', 'no-place']))).toEqual(new Set())
  })

  it('are waited for no longer than a task is held, and then the task is given back', async () => {
    const held = await Promise.all([1, 2, 3].map(() => gates[0]!.acquire('held.test', pace)))
    const startedMs = performance.now()
    expect(await gates[1]!.acquire('held.test', pace)).toMatchObject({ kind: 'defer', reason: 'no-place' })
    expect(performance.now() - startedMs).toBeLessThan(maxHoldMs + 500)
    held.forEach(letGoOf)
    expect((await gates[1]!.acquire('held.test', pace)).kind).toBe('go')
  })

  it('are handed on with what the request came to: one that was throttled lets nobody follow', async () => {
    const alone = paceOf({ ratePerSecond: 1_000, concurrency: 1 })
    const slot = await gates[0]!.acquire('throttled.test', alone)
    const next = gates[0]!.acquire('throttled.test', alone)
    await systemClock.sleep(50)
    letGoOf(slot)
    await Promise.resolve()
    gates[0]!.report('throttled.test', { kind: 'throttled', retryAfterMs: 20_000, reason: 'http-429' })
    expect(await next).toMatchObject({ kind: 'defer', reason: 'http-429' })
  })

  it('are given back to other fetchers without a further request to the host', async () => {
    const slot = await gates[0]!.acquire('back.test', paceOf({ concurrency: 1 }))
    letGoOf(slot)
    const bucket = await buses[2]!.bucket<unknown>(buckets.hosts)
    await eventually(async () => {
      const entry = await bucket.get(hostKey('back.test'))
      expect(placesTaken(entry?.value, buses[2]!.nowMs())).toBe(0)
    })
  })

  it('stay taken by a fetcher that died, until its requests must be over', async () => {
    let nowMs = Date.now()
    const bucket = await buses[0]!.bucket<unknown>(buckets.hosts)
    const gateAt = () => makeHostGate({ bucket, nowMs: () => nowMs, clock: systemClock, log })
    const alone = paceOf({ concurrency: 1, requestMs: 30_000 })
    expect((await gateAt().acquire('died.test', alone)).kind).toBe('go')
    const other = gateAt()
    const refused = other.acquire('died.test', alone)
    await systemClock.sleep(50)
    nowMs += 20_000
    expect(await refused).toMatchObject({ kind: 'defer', reason: 'no-place' })
    nowMs += 20_000
    expect((await other.acquire('died.test', alone)).kind).toBe('go')
  })

  it('cost one write a request where one fetcher asks the host again and again', async () => {
    const stored = await buses[0]!.bucket<unknown>(buckets.hosts)
    const create = vi.fn(stored.create)
    const update = vi.fn(stored.update)
    const writes = () => create.mock.calls.length + update.mock.calls.length
    const bucket: Bucket<unknown> = { ...stored, create, update }
    const gate = gateOf(buses[0]!, bucket)
    for (let i = 0; i < 10; i++) letGoOf(await gate.acquire('again.test', paceOf({ concurrency: 1 })))
    expect(writes()).toBe(10)
    await gate.flush()
    expect(writes()).toBe(11)
  })
})
