import { buckets } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startNats } from '@seine/testkit'
import { expect, test } from 'vitest'
import { isBrokerAway } from './broker-away.ts'
import { connectBus } from './bus.ts'
import { provision } from './provision.ts'

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

// Found by `make chaos`: a broker that took 13 s to stop had no plans any more, and three tries of an export were over in four.
test('a bucket that is not there while the broker is, and a broker that is not, are told from other failures', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const plans = await bus.bucket<unknown>(buckets.plans)
  expect(isBrokerAway(await failureOf(plans.put('a b', 1)))).toBe(false)
  await (await bus.jsm()).streams.delete(`KV_${buckets.plans.name}`)
  const gone = await failureOf(plans.get('run.site'))
  expect(isBrokerAway(gone)).toBe(true)
  expect(isBrokerAway(new Error('plan not read', { cause: gone }))).toBe(true)
  const hosts = await bus.bucket<unknown>(buckets.hosts)
  await nats.kill()
  expect(isBrokerAway(await failureOf(hosts.get('com.example')))).toBe(true)
  expect(isBrokerAway(new Error('disk full'))).toBe(false)
  await nats.start()
})
