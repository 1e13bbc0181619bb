import type { FeedEvent } from './event-feed.ts'

/** One thing said over server-sent events (WHATWG HTML §9.2) besides events of runs. */
export interface SseFrame {
  /** What a client resumes from that is cut off before its first event. */
  readonly id?: string
  readonly event?: string
  /** Without line breaks. */
  readonly data?: string
  readonly comment?: string
  /** How long the client waits before it comes back. */
  readonly retryMs?: number
}

/** What a stream says next. */
export type SseChunk = SseFrame | readonly FeedEvent[]

export const isEvents = (chunk: SseChunk): chunk is readonly FeedEvent[] => Array.isArray(chunk)

export function encodeFrame({ id, event, data, comment, retryMs }: SseFrame): string {
  let text = ''
  if (comment !== undefined) text += `: ${comment}\n`
  if (retryMs !== undefined) text += `retry: ${retryMs}\n`
  if (id !== undefined) text += `id: ${id}\n`
  if (event !== undefined) text += `event: ${event}\n`
  if (data !== undefined) text += `data: ${data}\n`
  return `${text}\n`
}

/** Made once an event, whoever listens; gone with the event. */
const framesOfEvents = new WeakMap<FeedEvent, Uint8Array>()

function eventFrame(event: FeedEvent): Uint8Array {
  const made = framesOfEvents.get(event)
  if (made !== undefined) return made
  const head = Buffer.from(`id: ${event.seq}\nevent: ${event.type}\ndata: `)
  const frame = Buffer.concat([head, event.bytes, Buffer.from('\n\n')])
  framesOfEvents.set(event, frame)
  return frame
}

const encode = (chunk: SseChunk): Uint8Array =>
  isEvents(chunk) ? Buffer.concat(chunk.map(eventFrame)) : Buffer.from(encodeFrame(chunk))

/**
 * Sends chunks as fast as the client reads them: the next one is made when the one before has gone. `onGone`: however it
 * ended. `cut` ends the connection of a client that does not read.
 */
export function sseResponse(
  chunks: AsyncGenerator<SseChunk, void>,
  onGone: () => void,
): { response: Response; cut: () => void } {
  const cutting = new AbortController()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (cutting.signal.aborted) return
        if (done === true) {
          onGone()
          controller.close()
        } else controller.enqueue(encode(value))
      },
      start(controller) {
        const cut = () => {
          onGone()
          controller.error(Object.assign(new Error('the client does not read'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }))
        }
        cutting.signal.addEventListener('abort', cut, { once: true })
      },
      async cancel() {
        onGone()
        await chunks.return()
      },
    },
    // Nothing is made ahead: what a client has not asked for waits as the event that all share.
    { highWaterMark: 0 },
  )
  const response = new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
  return { response, cut: () => cutting.abort() }
}
