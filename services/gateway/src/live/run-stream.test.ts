import { makeWindow, type RawMessage } from '@seine/bus'
import type { LiveFilter } from '@seine/contracts'
import { expect, test } from 'vitest'
import { makeAllowance, makeClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'
import { eventStream, runStream } from './run-stream.ts'
import { isEvents, type SseChunk } from './sse.ts'

const runId = '01900000-0000-7000-8000-000000000001'
const event = (seq: number, type: FeedEvent['type'] = 'run.progress'): FeedEvent => ({
  seq,
  runId,
  site: null,
  type,
  level: 'info',
  bytes: Buffer.from(`{"n":${seq}}`),
  sizeBytes: 9,
})
const stored = ({ seq, type, bytes }: FeedEvent): RawMessage => ({
  subject: `event.${runId}._.${type}`,
  headers: () => undefined,
  data: bytes,
  seq,
  deliveries: 1,
  timestampMs: 0,
})

interface Options {
  /** What the feed has in memory; it reaches back to the first of them. Absent: nothing. */
  remembered?: FeedEvent[]
  onReplay?: () => void
  maxQueued?: number
  endedSince?: () => boolean
  shown?: LiveFilter
}

/** A stream over what the broker holds. */
function streamOver(past: FeedEvent[], options: Options = {}) {
  const { remembered = [] } = options
  const queue = makeClientQueue<FeedEvent>(makeAllowance({ maxItems: options.maxQueued ?? 100, maxBytes: 9_999 }))
  const replays: number[] = []
  const lastSeq = () => remembered.at(-1)?.seq ?? past.at(-1)?.seq ?? 0
  const reachesBackTo = () => (remembered[0]?.seq ?? lastSeq() + 1) - 1
  const deps = {
    bus: {
      replay: async function* (_filter: string, { fromSequence = 1 }: { fromSequence?: number }) {
        replays.push(fromSequence)
        for (const item of [...past]) if (item.seq >= fromSequence) yield stored(item)
        options.onReplay?.()
      },
    },
    feed: {
      get lastSeq() {
        return lastSeq()
      },
      recent: (_filter: LiveFilter, afterSeq: number) =>
        afterSeq < reachesBackTo() ? null : remembered.filter(({ seq }) => seq > afterSeq),
    },
    replays: makeWindow(1, 1),
    hasEnded: async () => options.endedSince?.() ?? false,
    heartbeatMs: 5,
  }
  const start = (afterSeq: number, hasEnded = false) =>
    flat(runStream(deps as never, { id: runId, afterSeq, hasEnded, shown: options.shown ?? {} }, queue))
  const startAll = (afterSeq: number) => flat(eventStream(deps as never, { filter: {}, afterSeq }, queue))
  return { live: queue, start, startAll, replays, remembered }
}

type Frame = { id?: string; event?: string; comment?: string }

async function* flat(chunks: AsyncGenerator<SseChunk, void>): AsyncGenerator<Frame, void> {
  for await (const chunk of chunks)
    if (isEvents(chunk)) yield* chunk.map(({ seq, type }) => ({ id: String(seq), event: type }))
    else if ('retryMs' in chunk) yield {}
    else yield chunk as Frame
}

const ids = (frames: Frame[]) => frames.map((frame) => frame.id).filter((id) => id !== undefined)

async function take(frames: AsyncGenerator<Frame>, count: number): Promise<Frame[]> {
  const taken: Frame[] = []
  while (taken.length < count) {
    const { value, done } = await frames.next()
    if (done === true) break
    if (value.id !== undefined || value.event !== undefined) taken.push(value)
  }
  return taken
}
const rest = (frames: AsyncGenerator<Frame>) => take(frames, Number.POSITIVE_INFINITY)
/** Until it is live: the first word in a quiet time. */
const untilLive = async (frames: AsyncGenerator<Frame>) => {
  for (;;) if ((await frames.next()).value?.comment !== undefined) return
}

test('the past comes first, then what is live, each once', async () => {
  const { live, start, replays } = streamOver([event(1), event(2), event(3)])
  const frames = start(0)
  expect(ids(await take(frames, 3))).toEqual(['1', '2', '3'])
  await untilLive(frames)
  live.push(event(3))
  live.push(event(5))
  expect(ids(await take(frames, 1))).toEqual(['5'])
  expect(replays).toEqual([1])
})

test('an event that arrives while the past is replayed is told from memory, neither lost nor doubled', async () => {
  const remembered = [event(2)]
  const stream = streamOver([event(1), event(2)], { remembered, onReplay: () => void remembered.push(event(3)) })
  const frames = stream.start(0)
  expect(ids(await take(frames, 3))).toEqual(['1', '2', '3'])
  await untilLive(frames)
  stream.live.push(event(3))
  stream.live.push(event(4))
  expect(ids(await take(frames, 1))).toEqual(['4'])
})

test('a replay that took longer than memory reaches is followed by another', async () => {
  const past = [event(1), event(2)]
  const remembered: FeedEvent[] = []
  const onReplay = () => {
    if (remembered.length > 0) return
    past.push(event(3), event(4), event(5))
    remembered.push(event(5))
  }
  const { start, replays } = streamOver(past, { remembered, onReplay })
  expect(ids(await take(start(0), 5))).toEqual(['1', '2', '3', '4', '5'])
  expect(replays).toEqual([1, 3])
})

test('a client that comes back gets what it has not seen, from memory where that reaches', async () => {
  const fromBroker = streamOver([event(1), event(2), event(3)])
  expect(ids(await take(fromBroker.start(2), 1))).toEqual(['3'])
  expect(fromBroker.replays).toEqual([3])
  const fromMemory = streamOver([], { remembered: [event(3)] })
  expect(ids(await take(fromMemory.start(2), 1))).toEqual(['3'])
  expect(fromMemory.replays).toEqual([])
})

test('a run that ends ends the stream with a last word', async () => {
  const { live, start } = streamOver([event(1)])
  const frames = start(0)
  await untilLive(frames)
  live.push(event(2, 'run.finished'))
  expect((await rest(frames)).map((frame) => frame.event)).toEqual(['run.finished', 'end'])
})

test('a run that has ended is replayed and ends; one that was taken up again goes on', async () => {
  const log = [event(1, 'run.started'), event(2, 'run.finished'), event(3), event(4)]
  const ended = streamOver([...log, event(5, 'run.finished')], { endedSince: () => true })
  expect(ids(await rest(ended.start(0, true)))).toEqual(['1', '2', '3', '4', '5'])
  const goingOn = streamOver(log)
  const frames = goingOn.start(0, false)
  expect(ids(await take(frames, 4))).toEqual(['1', '2', '3', '4'])
  await untilLive(frames)
  goingOn.live.push(event(6))
  expect(ids(await take(frames, 1))).toEqual(['6'])
})

test('what is not shown still ends the stream', async () => {
  const { live, start } = streamOver([event(1), event(2, 'site.step')], { shown: { types: ['site.step'] } })
  const frames = start(0)
  expect(ids(await take(frames, 1))).toEqual(['2'])
  await untilLive(frames)
  live.push(event(3, 'run.finished'))
  expect((await rest(frames)).map((frame) => frame.event)).toEqual(['end'])
})

test('the events of all runs go on after one has ended', async () => {
  const { live, startAll } = streamOver([event(1)])
  const frames = startAll(1)
  await untilLive(frames)
  live.push(event(2, 'run.finished'))
  live.push(event(3))
  expect(ids(await take(frames, 2))).toEqual(['2', '3'])
})

test('quiet times are filled with comments', async () => {
  const { start } = streamOver([])
  const frames = start(0)
  await frames.next()
  expect((await frames.next()).value).toEqual({ comment: 'still here' })
})

test('a client that falls behind is told and dropped, with an id to come back by', async () => {
  const { live, start } = streamOver([event(1)], { maxQueued: 3 })
  const frames = start(0)
  await untilLive(frames)
  for (let seq = 2; seq < 10; seq++) live.push(event(seq))
  expect((await rest(frames)).map((frame) => frame.event)).toEqual(['dropped'])
})

test('a client that goes leaves nothing behind', async () => {
  const { live, start } = streamOver([])
  const frames = start(0)
  await frames.next()
  await frames.return()
  expect(await live.next(1)).toBe('closed')
})

test('a run whose end was never told ends the stream all the same, but not before its end could have come', async () => {
  let asked = 0
  const { start } = streamOver([event(1)], { endedSince: () => ++asked > 1 })
  expect((await rest(start(0))).map((frame) => frame.event)).toEqual(['run.progress', 'end'])
  expect(asked).toBe(3)
})
