import type { RawMessage } from '@seine/bus'
import { expect, test } from 'vitest'
import { makeEventFeed } from './event-feed.ts'

const message = (seq: number, runId: string, type = 'site.progress'): RawMessage => ({
  subject: `event.${runId}.shop.${type}`,
  headers: () => undefined,
  data: Buffer.from(`{"n":${seq}}`),
  seq,
  deliveries: 1,
  timestampMs: 0,
})

/** A feed that has read these messages and waits for more. */
async function feedOf(messages: RawMessage[], limits = { maxClients: 2, maxQueuedPerClient: 10, maxRecent: 3 }) {
  const more: RawMessage[] = []
  let wake: () => void = () => {}
  const bus = {
    follow: async function* (_stream: string, _filters: string[], _options: object, signal: AbortSignal) {
      yield* messages
      while (!signal.aborted) {
        yield* more.splice(0)
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
  }
  const feed = makeEventFeed(bus as never, limits)
  await feed.part.start(() => {})
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  await settle()
  const tell = async (...items: RawMessage[]) => {
    more.push(...items)
    wake()
    await settle()
  }
  return { feed, tell }
}

test('a client hears its own run and no other', async () => {
  const { feed, tell } = await feedOf([])
  const client = feed.subscribe('a')!
  await tell(message(1, 'b'), message(2, 'a', 'run.finished'))
  expect(await client.next(1)).toEqual({ item: { seq: 2, runId: 'a', type: 'run.finished', json: '{"n":2}' } })
  expect(await client.next(1)).toBe('idle')
  await feed.part.stop()
})

test('there are no more clients than the limit, and one that leaves makes room', async () => {
  const { feed } = await feedOf([])
  const first = feed.subscribe('a')!
  feed.subscribe('b')
  expect(feed.subscribe('c')).toBeNull()
  first.close()
  first.close()
  expect(feed.clients).toBe(1)
  expect(feed.subscribe('c')).not.toBeNull()
  await feed.part.stop()
})

test('memory answers for what it holds and says where it does not reach', async () => {
  const { feed } = await feedOf([message(5, 'a'), message(6, 'b'), message(7, 'a')])
  expect(feed.recent('a', 3)).toBeNull()
  expect(feed.recent('a', 4)?.map((event) => event.seq)).toEqual([5, 7])
  expect(feed.recent('a', 5)?.map((event) => event.seq)).toEqual([7])
  expect(feed.recent('a', 7)).toEqual([])
  await feed.part.stop()
})

test('memory is bounded', async () => {
  const { feed } = await feedOf(Array.from({ length: 100 }, (_, n) => message(n + 1, 'a')))
  expect(feed.recent('a', 90)).toBeNull()
  expect(feed.recent('a', 97)?.map((event) => event.seq)).toEqual([98, 99, 100])
  await feed.part.stop()
})

test('stopping ends every client', async () => {
  const { feed } = await feedOf([])
  const client = feed.subscribe('a')!
  const waiting = client.next(60_000)
  await feed.part.stop()
  expect(await waiting).toBe('closed')
  expect(feed.subscribe('a')).toBeNull()
})
