import { type Bucket, type Bus, connectBus, provision, RpcError } from '@seine/bus'
import { buckets, hostKey, type RobotsEntry, schedulerRpc } from '@seine/contracts'
import { observe, reserve } from '@seine/politeness'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeReadAudit } from '../audit/read-audit.ts'
import { startDatabase, storeSites } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { serveHosts } from './serve-hosts.ts'

let nats: TestNats
let bus: Bus
let robots: Bucket<RobotsEntry>
let database: Awaited<ReturnType<typeof startDatabase>>

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const hosts = await bus.bucket<unknown>(buckets.hosts)
  robots = await bus.bucket<RobotsEntry>(buckets.robots)
  database = await startDatabase()
  const site = testSite('shop', { startUrls: ['http://busy.test:81/'], hosts: ['new.test'] })
  await storeSites(database.database, [site], Date.now())
  const policies = async () => testCatalogue([]).policies
  for (const part of serveHosts({ bus, hosts, robots, policies, database: database.database, log: silentLogger }))
    await part.start((error) => expect(error).toBeNull())
})

afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await database.stop()
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

  it('shows what its robots.txt is, and that it decides how fast it is asked', async () => {
    const now = bus.nowMs()
    const body = Buffer.from('User-agent: *\nCrawl-delay: 2').toString('base64')
    await robots.put(hostKey('calm.test'), { state: 'known', status: 200, body, storedAtMs: now - 5_000 })
    const { state } = reserve(null, { ...pace, crawlDelayMs: 2_000 }, now)
    await (await bus.bucket<unknown>(buckets.hosts)).put(hostKey('calm.test'), state)
    const host = await bus.call(schedulerRpc.getHost, { host: 'calm.test' })
    expect(host).toMatchObject({ intervalMs: 2_000, intervalFrom: 'crawl-delay', robots: { crawlDelayMs: 2_000 } })
    expect(host.robots?.ageMs).toBeGreaterThanOrEqual(5_000)
  })

  it('is listed with its site, whether it was asked for anything or not', async () => {
    const { hosts, total } = await bus.call(schedulerRpc.listSiteHosts, { site: 'shop', perPage: 2 })
    expect(hosts).toEqual([
      { host: 'busy.test:81', state: expect.objectContaining({ blockedReason: 'rate-limited' }) },
      { host: 'new.test', state: null },
    ])
    expect(total).toBe(3)
  })

  it('that is ordered about is written down with who did it and why', async () => {
    const order = { host: 'audited.test', to: 'open' as const, reason: 'they asked us to stop' }
    await bus.call(schedulerRpc.forceHost, order, { actor: 'ann', correlationId: 'c-9' })
    const { entries } = await makeReadAudit(database.database)({ page: 1, perPage: 10, subject: 'audited.test' })
    expect(entries).toMatchObject([
      {
        actor: 'ann',
        action: 'breaker.forced',
        details: { to: 'open', reason: 'they asked us to stop' },
        correlationId: 'c-9',
      },
    ])
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
