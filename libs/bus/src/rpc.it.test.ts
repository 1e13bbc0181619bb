import { defineRpc } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Bus, connectBus } from './bus.ts'
import { RpcError } from './errors.ts'

const double = defineRpc({
  name: 'rpc.test.double',
  about: 'Doubles a number.',
  input: z.strictObject({ n: z.int(), times: z.int().default(1) }),
  output: z.strictObject({ n: z.int() }),
})

let nats: TestNats
let bus: Bus

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

type Answer = Parameters<typeof bus.serve<typeof double>>[1]

async function withServer<T>(handle: Answer, use: () => Promise<T>): Promise<T> {
  const part = bus.serve(double, handle)
  await part.start(() => {})
  try {
    return await use()
  } finally {
    await part.stop()
  }
}
const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error)

test('a request is answered with defaults applied and the correlation id passed on', async () => {
  let heard: string | undefined
  const answer = await withServer(
    async ({ n, times }, { correlationId }) => {
      heard = correlationId
      return { n: n * 2 ** times }
    },
    () => bus.call(double, { n: 4 }, { correlationId: 'c-3' }),
  )
  expect(answer).toEqual({ n: 8 })
  expect(heard).toBe('c-3')
})

test.each([
  ['Zoë\r\nX: y', 'Zoë\r\nX: y'],
  [undefined, 'anonymous'],
  ['', 'anonymous'],
  ['n'.repeat(300), 'n'.repeat(200)],
])('whose wish it is arrives: %j', async (actor, expected) => {
  let heard: string | undefined
  await withServer(
    async ({ n }, context) => {
      heard = context.actor
      return { n }
    },
    () => bus.call(double, { n: 1 }, { actor }),
  )
  expect(heard).toBe(expected)
})

test('an RpcError arrives as it was thrown', async () => {
  const error = await withServer(
    async () => {
      throw new RpcError('not-found', 'no such run', { runId: 'x' })
    },
    () => failure(bus.call(double, { n: 1 })),
  )
  expect(error).toBeInstanceOf(RpcError)
  expect(error).toMatchObject({ code: 'not-found', message: 'no such run', details: { runId: 'x' } })
})

test('an unexpected error tells nothing of its inside', async () => {
  const error = await withServer(
    async () => {
      throw new Error('password=hunter2')
    },
    () => failure(bus.call(double, { n: 1 })),
  )
  expect(error).toMatchObject({ code: 'internal', message: 'unexpected error' })
})

test('a bad request is invalid by field, whether the caller or the server finds it', async () => {
  const local = await failure(bus.call(double, { n: 1.5 }))
  expect(local).toMatchObject({ code: 'invalid', details: { fields: { n: [expect.any(String)] } } })
  await withServer(
    async ({ n }) => ({ n }),
    async () => {
      const reply = await bus.nc.request(double.name, JSON.stringify({ n: 'one' }))
      expect(reply.json()).toMatchObject({
        error: { code: 'invalid', details: { fields: { n: [expect.any(String)] } } },
      })
      const garbage = await bus.nc.request(double.name, '{')
      expect(garbage.json()).toMatchObject({ error: { code: 'invalid' } })
    },
  )
})

test('nobody there and no answer in time are both unavailable', async () => {
  expect(await failure(bus.call(double, { n: 1 }))).toMatchObject({ code: 'unavailable', message: 'nobody answers' })
  const late = await withServer(
    () => new Promise((resolve) => setTimeout(() => resolve({ n: 1 }), 200)),
    () => failure(bus.call(double, { n: 1 }, { timeoutMs: 50 })),
  )
  expect(late).toMatchObject({ code: 'unavailable', message: 'no answer within 50 ms' })
})

test('replicas share the requests', async () => {
  const counts = [0, 0]
  const replicas = counts.map((_, index) =>
    bus.serve(double, async ({ n }) => {
      counts[index]!++
      return { n }
    }),
  )
  for (const replica of replicas) await replica.start(() => {})
  await Promise.all(Array.from({ length: 60 }, (_, n) => bus.call(double, { n })))
  for (const replica of replicas) await replica.stop()
  expect(counts[0]! + counts[1]!).toBe(60)
  expect(Math.min(...counts)).toBeGreaterThan(0)
})

test('stopping answers what was asked before', async () => {
  const part = bus.serve(double, async ({ n }) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { n }
  })
  await part.start(() => {})
  const asked = bus.call(double, { n: 5 })
  await bus.nc.flush()
  await part.stop()
  expect(await asked).toEqual({ n: 5 })
})
