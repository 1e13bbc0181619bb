import { type Bus, connectBus, provision, RpcError } from '@seine/bus'
import { buckets, hostKey, schedulerRpc } from '@seine/contracts'
import { observe, reserve } from '@seine/politeness'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHosts } from './serve-hosts.ts'

let nats: TestNats
let bus: Bus

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const hosts = await bus.bucket<unknown>(buckets.hosts)
  for (const part of serveHosts({ bus, hosts, log: silentLogger }))
    await part.start((error) => expect(error).toBeNull())
})

afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

const pace = { wanted: 1, ratePerSecond: 10, burst: 1, maxWaitMs: 1_000 }

describe('a host', () => {
  it('is unknown before its first request', async () => {
    const asked = bus.call(schedulerRpc.getHost, { host: 'new.test' })
    await expect(asked).rejects.toThrow(RpcError)
    await expect(asked).rejects.toMatchObject({ code: 'not-found' })
  })

  it('shows until when it is left alone and why', async () => {
    const now = bus.nowMs()
    const throttled = observe(
      reserve(null, pace, now).state,
      { kind: 'throttled', retryAfterMs: 60_000, reason: 'rate-limited' },
      now,
    )
    await (await bus.bucket<unknown>(buckets.hosts)).put(hostKey('busy.test:81'), throttled)
    const host = await bus.call(schedulerRpc.getHost, { host: 'busy.test:81' })
    expect(host).toMatchObject({ host: 'busy.test:81', breaker: 'closed', blockedReason: 'rate-limited', slowed: true })
    expect(host.blockedUntilMs).toBeGreaterThan(now + 50_000)
  })

  it('is held open or closed as an operator orders, and decides again when told', async () => {
    const order = (to: 'open' | 'closed' | null) =>
      bus.call(schedulerRpc.forceHost, { host: 'shop.test', to, reason: 'they asked us to stop' })
    expect(await order('open')).toMatchObject({ breaker: 'open', forced: 'open', probeAtMs: null })
    const { value } = (await (await bus.bucket<unknown>(buckets.hosts)).get(hostKey('shop.test')))!
    expect(reserve(value, pace, bus.nowMs())).toMatchObject({ reason: 'breaker-forced-open' })
    expect(await order('closed')).toMatchObject({ forced: 'closed' })
    expect(await order(null)).toMatchObject({ breaker: 'closed', forced: null })
  })
})
