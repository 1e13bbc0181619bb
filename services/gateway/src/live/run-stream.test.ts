import { makeWindow, type RawMessage } from '@seine/bus'
import { expect, test } from 'vitest'
import { makeClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'
import { runStream } from './run-stream.ts'
import type { SseFrame } from './sse.ts'

const runId = 'run-1'
const event = (seq: number, type: FeedEvent['type'] = 'run.progress'): FeedEvent => ({
  seq,
  runId,
  type,
  json: `{"n":${seq}}`,
})
const stored = ({ seq, type, json }: FeedEvent): RawMessage => ({
  subject: `event.${runId}._.${type}`,
  headers: () => undefined,
  data: Buffer.from(json),
  seq,
  deliveries: 1,
  timestampMs: 0,
})

/** A stream over what the broker holds; `remembered` is what the feed still has in memory. */
function streamOver(
  past: FeedEvent[],
  options: { remembered?: FeedEvent[]; onReplay?: () => void; maxQueued?: number; endedSince?: () => boolean } = {},
) {
  const live = makeClientQueue<FeedEvent>(options.maxQueued ?? 100)
  const replays: number[] = []
  const deps = {
    bus: {
      replay: async function* (_filter: string, { fromSequence = 1 }: { fromSequence?: number }) {
        replays.push(fromSequence)
        options.onReplay?.()
        for (const item of past) if (item.seq >= fromSequence) yield stored(item)
      },
    },
    feed: { recent: () => options.remembered ?? null },
    replays: makeWindow(1, 1),
    hasEnded: async () => options.endedSince?.() ?? false,
    heartbeatMs: 5,
  }
  const start = (afterSeq: number, hasEnded = false) =>
    runStream(deps as never, { id: runId, afterSeq, hasEnded }, live)
  return { live, start, replays }
}

const ids = (frames: SseFrame[]) => frames.map((frame) => frame.id).filter((id) => id !== undefined)

async function take(frames: AsyncGenerator<SseFrame>, count: number): Promise<SseFrame[]> {
  const taken: SseFrame[] = []
  while (taken.length < count) {
    const { value, done } = await frames.next()
    if (done === true) break
    if (value.id !== undefined || value.event !== undefined) taken.push(value)
  }
  return taken
}
const rest = (frames: AsyncGenerator<SseFrame>) => take(frames, Number.POSITIVE_INFINITY)

test('the past comes first, then what is live, each once', async () => {
  const { live, start } = streamOver([event(1), event(2), event(3)])
  for (const item of [event(2), event(3), event(4)]) live.push(item)
  const frames = start(0)
  // The queue is emptied before the replay, which has whatever was in it.
  expect(ids(await take(frames, 3))).toEqual(['1', '2', '3'])
  live.push(event(3))
  live.push(event(5))
  expect(ids(await take(frames, 1))).toEqual(['5'])
})

test('an event that arrives while the past is replayed is neither lost nor doubled', async () => {
  const queue: { push?: (item: FeedEvent) => void } = {}
  const { live, start } = streamOver([event(1), event(2)], {
    onReplay: () => {
      for (const seq of [2, 3]) queue.push?.(event(seq))
    },
  })
  queue.push = live.push
  expect(ids(await take(start(0), 3))).toEqual(['1', '2', '3'])
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
  await take(frames, 1)
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
  goingOn.live.push(event(6))
  expect(ids(await take(frames, 1))).toEqual(['6'])
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
  await take(frames, 1)
  await frames.next()
  for (let seq = 2; seq < 10; seq++) live.push(event(seq))
  expect((await rest(frames)).map((frame) => frame.event)).toEqual(['dropped'])
})

test('falling behind while catching up only means more catching up', async () => {
  const past = [event(1), event(2)]
  const queue: { push?: (item: FeedEvent) => void } = {}
  let rounds = 0
  const onReplay = () => {
    if (rounds++ > 0) return
    for (let seq = 3; seq < 10; seq++) {
      past.push(event(seq))
      queue.push?.(event(seq))
    }
  }
  const stream = streamOver(past, { maxQueued: 3, onReplay })
  queue.push = stream.live.push
  expect(ids(await take(stream.start(0), 9))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
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
