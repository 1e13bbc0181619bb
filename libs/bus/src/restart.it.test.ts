import { buckets, consumers, discovered, fetchTask, newId, schedulerRpc } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { eventually, startNats } from '@seine/testkit'
import { expect, test } from 'vitest'
import { connectBus } from './bus.ts'
import { done } from './disposition.ts'
import { RpcError } from './errors.ts'
import { sampleDiscovered, sampleTask } from './messages.fixture.ts'
import { provision } from './provision.ts'

test('a broker killed while messages are published and pulled loses none and stores each once', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const runId = newId()
  const total = 6_000
  const ids = new Set<string>()
  let acknowledged = 0
  const publishing = (async () => {
    for (let sent = 0; sent < total; sent += 200) {
      const messages = Array.from({ length: 200 }, () => sampleDiscovered({ runId }))
      for (const message of messages) ids.add(message.urlId)
      await Promise.all(messages.map((message) => bus.publish(discovered, message).then(() => acknowledged++)))
    }
  })()

  const handled = new Set<string>()
  const stop = new AbortController()
  const followed: number[] = []
  const following = (async () => {
    const feed = bus.follow('RESULTS', [`result.discovered.${runId}.>`], { startSequence: 1 }, stop.signal)
    for await (const { seq } of feed) followed.push(seq)
  })()
  const part = bus.pullBatch(
    consumers.discovered,
    async (messages) => {
      for (const message of messages) handled.add(JSON.parse(Buffer.from(message.data).toString()).urlId)
    },
    { maxBatch: 50, maxWaitMs: 20 },
  )
  await part.start(() => {})

  for (const share of [0.2, 0.6]) {
    await eventually(() => acknowledged >= total * share, { timeoutMs: 30_000 })
    await nats.kill()
    await nats.start()
  }
  await publishing
  await eventually(() => handled.size === total, { timeoutMs: 45_000 })
  await eventually(() => followed.length === total, { timeoutMs: 30_000 })
  expect(handled).toEqual(ids)
  expect(await bus.pendingOn('RESULTS', `result.discovered.${runId}.>`)).toBe(total)
  expect(new Set(followed).size).toBe(total)
  expect(followed).toEqual([...followed].sort((a, b) => a - b))
  stop.abort()
  await Promise.all([following, part.stop()])
})

test('tasks published while the broker is away are handled when it is back, each once', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const handled: string[] = []
  const part = bus.pull(
    consumers.fetchHttp,
    fetchTask,
    async (task) => {
      handled.push(task.urlId)
      return done()
    },
    { maxInFlight: 20 },
  )
  await part.start(() => {})
  await bus.publish(fetchTask, sampleTask())
  await eventually(() => handled.length === 1)
  await nats.kill()
  const tasks = Array.from({ length: 50 }, () => sampleTask())
  const publishing = Promise.all(tasks.map((task) => bus.publish(fetchTask, task)))
  await nats.start()
  await publishing
  await eventually(() => handled.length === 51, { timeoutMs: 20_000 })
  expect(new Set(handled).size).toBe(51)
  await part.stop()
})

test('a watch survives the broker, and stopping without one does not hang', async () => {
  await using nats = await startNats()
  const bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const bucket = await bus.bucket<number>(buckets.runs)
  const stop = new AbortController()
  const told: [string, number | null][] = []
  await bucket.watch('>', (key, value) => void told.push([key, value]), stop.signal)
  await nats.kill()
  await nats.start()
  await eventually(async () => (await bus.check()) === null)
  await bucket.put('after', 7)
  await eventually(() => told.some(([key, value]) => key === 'after' && value === 7))
  const part = bus.pull(consumers.fetchHttp, fetchTask, async () => done(), { maxInFlight: 1 })
  await part.start(() => {})
  await nats.kill()
  await eventually(async () => (await bus.check()) !== null)
  await part.stop()
  stop.abort()
  await bus[Symbol.asyncDispose]()
})

test('a replay goes on where it was when the broker is back', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const runId = newId()
  const total = 1_000
  await Promise.all(Array.from({ length: total }, () => bus.publish(discovered, sampleDiscovered({ runId }))))
  const seqs: number[] = []
  for await (const { seq } of bus.replay(`result.discovered.${runId}.>`, { stream: 'RESULTS' })) {
    if (seqs.push(seq) !== total / 2) continue
    await nats.kill()
    await nats.start()
  }
  expect(seqs).toHaveLength(total)
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
})

test('a service may start before the broker is provisioned', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  const handled: string[] = []
  const part = bus.pull(
    consumers.fetchHttp,
    fetchTask,
    async (task) => {
      handled.push(task.urlId)
      return done()
    },
    { maxInFlight: 4 },
  )
  await part.start(() => {})
  const task = sampleTask()
  const publishing = bus.publish(fetchTask, task)
  await provision(bus, { replicas: 1 })
  await publishing
  await eventually(() => handled.length > 0)
  expect(handled).toEqual([task.urlId])
  await part.stop()
})

test('a request whose answer is lost with the broker fails at once, not when its time is up', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  const asked = Promise.withResolvers<void>()
  const silent = bus.nc.subscribe(schedulerRpc.getRun.name, { callback: () => asked.resolve() })
  const calling = bus.call(schedulerRpc.getRun, { runId: newId() }, { timeoutMs: 10 * 60_000 })
  const failing = expect(calling).rejects.toMatchObject({ code: 'unavailable' })
  await asked.promise
  await nats.kill()
  await failing
  silent.unsubscribe()
  await nats.start()
})

test('a request is not answered any more once the broker was lost, because the right to answer went with it', async () => {
  await using nats = await startNats()
  await using bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await using asker = await connectBus({ servers: nats.servers, name: 'asker' }, silentLogger)
  const answers: string[] = []
  asker.nc.subscribe('answers.here', { callback: (_error, message) => void answers.push(message.string()) })
  const released = Promise.withResolvers<void>()
  const asked: string[] = []
  const part = bus.serve(schedulerRpc.cancelRun, async ({ runId }) => {
    asked.push(runId)
    if (asked.length === 1) await released.promise
    throw new RpcError('not-found', runId)
  })
  await part.start(() => {})
  const ask = (runId: string) =>
    asker.nc.publish(schedulerRpc.cancelRun.name, JSON.stringify({ runId }), { reply: 'answers.here' })
  const [before, after] = [newId(), newId()]
  ask(before)
  await eventually(() => asked.length === 1)
  await nats.kill()
  await nats.start()
  for (const each of [bus, asker]) await eventually(async () => (await each.check()) === null, { timeoutMs: 20_000 })
  released.resolve()
  await eventually(
    () => {
      ask(after)
      expect(answers.join()).toContain(after)
    },
    { timeoutMs: 20_000 },
  )
  expect(answers.join()).not.toContain(before)
  await part.stop()
})
