import { join } from 'node:path'
import { type Bucket, type Bus, connectBus, provision } from '@seine/bus'
import { buckets } from '@seine/contracts'
import { silentLogger, systemClock } from '@seine/runtime'
import { findNatsServer, makeNatsServer } from '@seine/stack'
import { makeHostGate } from '../../services/fetcher/src/host-gate.ts'
import { startProcessMeter } from '../process-meter.ts'

/** What one slot of a host costs, all fetchers together. */
export interface LimiterCost {
  readonly fetchers: number
  /** Compare-and-sets, those that failed with them. */
  readonly writes: number
  readonly conflicts: number
  readonly reads: number
  readonly fetcherCpuMs: number
  readonly brokerCpuMs: number
}

const hosts = 2_000
const rounds = 6
/** Slots waited for at once, as tasks that a fetcher holds. */
const atOnce = 128
/** So fast that no slot has to be waited for; one request open at a time, as by default. */
const pace = { ratePerSecond: 1_000, burst: 1, concurrency: 1, requestMs: 45_000 }

/**
 * Reserves slots of 2,000 hosts with nothing but the gates of so many fetchers and a broker that syncs on every write; each slot by
 * any of them, as tasks come to whoever asks.
 */
export async function measureLimiter(folder: string, fetcherCounts: readonly number[]): Promise<LimiterCost[]> {
  const nats = await makeNatsServer({
    binary: await findNatsServer(process.env.PATH),
    dir: join(folder, 'nats'),
    restart: false,
  })
  await nats.process.start()
  try {
    const costs: LimiterCost[] = []
    for (const fetchers of fetcherCounts)
      costs.push(await measureGates(nats.url, () => [['nats', nats.process.pid!]], fetchers))
    return costs
  } finally {
    await nats.process.stop()
  }
}

async function measureGates(server: string, broker: () => [string, number][], fetchers: number): Promise<LimiterCost> {
  await using buses = new AsyncDisposableStack()
  const count = { writes: 0, conflicts: 0, reads: 0 }
  const gates = await Promise.all(
    Array.from({ length: fetchers }, async (_, n) => {
      const bus: Bus = buses.use(await connectBus({ servers: [server], name: `gate-${n}` }, silentLogger))
      if (n === 0) await provision(bus, { replicas: 1 })
      return { bus, bucket: counted(await bus.bucket<unknown>(buckets.hosts), count) }
    }),
  ).then((all) =>
    all.map(({ bus, bucket }) => makeHostGate({ bucket, nowMs: bus.nowMs, clock: systemClock, log: silentLogger })),
  )
  const round = () =>
    eachAtOnce(hosts, async (host) => {
      const gate = gates[Math.floor(Math.random() * gates.length)]!
      const slot = await gate.acquire(`host-${host}.${fetchers}.limiter.test`, pace)
      if (slot.kind === 'go') slot.letGo()
    })
  // Entries are made, and code is compiled.
  await round()
  Object.assign(count, { writes: 0, conflicts: 0, reads: 0 })
  const meter = startProcessMeter(broker)
  const brokerBefore = meter.usage().nats!.cpuMs
  const own = process.cpuUsage()
  for (let n = 0; n < rounds; n++) await round()
  const { user, system } = process.cpuUsage(own)
  const slots = hosts * rounds
  return {
    fetchers,
    writes: count.writes / slots,
    conflicts: count.conflicts / slots,
    reads: count.reads / slots,
    fetcherCpuMs: (user + system) / 1_000 / slots,
    brokerCpuMs: (meter.stop().nats!.cpuMs - brokerBefore) / slots,
  }
}

function counted(
  bucket: Bucket<unknown>,
  count: { writes: number; conflicts: number; reads: number },
): Bucket<unknown> {
  const tried = async (write: Promise<number | null>) => {
    count.writes++
    const revision = await write
    if (revision === null) count.conflicts++
    return revision
  }
  return {
    ...bucket,
    get: (key) => {
      count.reads++
      return bucket.get(key)
    },
    create: (key, value) => tried(bucket.create(key, value)),
    update: (key, value, revision) => tried(bucket.update(key, value, revision)),
  }
}

async function eachAtOnce(upTo: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < upTo) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
