import type { RawMessage } from '@seine/bus'
import { expect, test } from 'vitest'
import { makeAllowance, makeClientQueue } from './client-queue.ts'
import { type FeedEvent, makeEventFeed } from './event-feed.ts'

const message = (seq: number, runId: string, type = 'site.progress'): RawMessage => ({
  subject: `event.${runId}.shop.${type}`,
  headers: () => undefined,
  data: Buffer.from(`{"level":"info","n":${seq}}`),
  seq,
  deliveries: 1,
  timestampMs: 0,
})

/** A feed that has read these messages and waits for more. */
async function feedOf(messages: RawMessage[], limits = { maxListeners: 2, maxRecent: 3, gatherMs: 0 }) {
  const more: RawMessage[] = []
  let wake: () => void = () => {}
  const info = async () => ({ state: { last_seq: (messages[0]?.seq ?? 1) - 1 } })
  const bus = {
    jsm: async () => ({ streams: { info } }),
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
  const listen = (run: string) => {
    const queue = makeClientQueue<FeedEvent>(makeAllowance({ maxItems: 9, maxBytes: 999 }))
    queue.open()
    const leave = feed.listen({ run }, queue)
    return leave === null ? null : { queue, leave }
  }
  return { feed, tell, listen }
}

test('a client hears its own run and no other', async () => {
  const { feed, tell, listen } = await feedOf([])
  const { queue } = listen('a')!
  await tell(message(1, 'b'), message(2, 'a', 'run.finished'))
  const heard = await queue.next(100)
  expect(heard).toMatchObject({
    items: [{ seq: 2, runId: 'a', site: 'shop', type: 'run.finished', level: 'info', sizeBytes: 22 }],
  })
  expect(await queue.next(1)).toBe('idle')
  await feed.part.stop()
})

test('there are no more listeners than the limit, and one that leaves makes room', async () => {
  const { feed, listen } = await feedOf([])
  const first = listen('a')!
  listen('b')
  expect(listen('c')).toBeNull()
  first.leave()
  expect(feed.listeners).toBe(1)
  expect(listen('c')).not.toBeNull()
  await feed.part.stop()
})

test('memory answers for what it holds and says where it does not reach', async () => {
  const { feed } = await feedOf([message(5, 'a'), message(6, 'b'), message(7, 'a')])
  const recent = (seq: number) => feed.recent({ run: 'a' }, seq)?.map((event) => event.seq)
  expect(recent(3)).toBeUndefined()
  expect(recent(4)).toEqual([5, 7])
  expect(recent(5)).toEqual([7])
  expect(recent(7)).toEqual([])
  expect(feed.lastSeq).toBe(7)
  await feed.part.stop()
})

test('a feed that has heard nothing yet answers for what comes after its start', async () => {
  const { feed } = await feedOf([])
  expect(feed.recent({}, 0)).toEqual([])
  await feed.part.stop()
})

test('memory is bounded', async () => {
  const { feed } = await feedOf(Array.from({ length: 100 }, (_, n) => message(n + 1, 'a')))
  expect(feed.recent({ run: 'a' }, 90)).toBeNull()
  expect(feed.recent({ run: 'a' }, 97)?.map((event) => event.seq)).toEqual([98, 99, 100])
  await feed.part.stop()
})

test('a broker that counts again makes memory forget the old numbers', async () => {
  const { feed, tell } = await feedOf([message(5, 'a'), message(6, 'a')])
  await tell(message(5, 'b'))
  expect(feed.recent({}, 3)).toBeNull()
  expect(feed.recent({}, 4)?.map((event) => event.runId)).toEqual(['b'])
  await feed.part.stop()
})

test('stopping ends every client', async () => {
  const { feed, listen } = await feedOf([])
  const { queue } = listen('a')!
  const waiting = queue.next(60_000)
  await feed.part.stop()
  expect(await waiting).toBe('closed')
  expect(listen('a')).toBeNull()
})
