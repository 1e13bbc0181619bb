import type { BodyBudget, BodyShare } from './body-budget.ts'
import { makeBodyBuffer } from './body-buffer.ts'
import { type ChunkQueue, makeChunkQueue } from './chunk-queue.ts'
import type { Coding } from './content-coding.ts'
import { type DecodeState, decodeAtOnce, decodeChunks, maxCodedBytesAtOnce } from './decode.ts'
import { type BodySink, type Exchange, unwantedRest } from './exchange.ts'

export interface PageBody {
  body: Uint8Array
  truncated: boolean
  /** Bytes of the body as they were sent. */
  transferredBytes: number
}

export interface PageSinkOptions {
  exchange: Exchange
  codings: readonly Coding[]
  maxBodyBytes: number
  budget: BodyBudget
  /** From Content-Length; 0 when it isn't known. */
  expectedBytes: number
  onDone: (page: PageBody) => void
  onFailure: (error: unknown) => void
}

/** Collects one whole page. A body in no coding is only gathered; a small coded one is decoded at its end; a large one as it comes. */
export function makePageSink(options: PageSinkOptions): BodySink {
  return options.codings.length === 0 ? identitySink(options) : codedSink(options)
}

function identitySink({ exchange, maxBodyBytes, budget, expectedBytes, onDone, onFailure }: PageSinkOptions): BodySink {
  const buffer = makeBodyBuffer(maxBodyBytes, expectedBytes)
  // Not at once: undici can't go on with one connection while it hands out data of another.
  const share = budget.open(() => setImmediate(() => exchange.resume()))
  let transferredBytes = 0
  const done = (truncated: boolean) => {
    share.close()
    onDone({ body: buffer.bytes(), truncated, transferredBytes })
  }
  return {
    write(chunk) {
      transferredBytes += chunk.length
      if (buffer.append(chunk)) return share.take(chunk.length) ? 'more' : 'wait'
      done(true)
      return 'enough'
    },
    end: () => done(false),
    fail(error) {
      share.close()
      onFailure(error)
    },
  }
}

function codedSink(options: PageSinkOptions): BodySink {
  const { exchange, codings, maxBodyBytes, budget, expectedBytes, onDone, onFailure } = options
  const coded = makeBodyBuffer(maxCodedBytesAtOnce, expectedBytes)
  // What is decoded at once holds less than a body may for free: only what is larger counts.
  let wake = () => {}
  const share = budget.open(() => wake())
  const room = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  let queue: ChunkQueue | null = null
  let transferredBytes = 0

  function decodeLarge(source: AsyncIterable<Uint8Array>): void {
    collect(source, codings, maxBodyBytes, share, room)
      .finally(() => {
        share.close()
        // A body that was cut or could not be decoded is not read on; one that ended is over already.
        exchange.abort(unwantedRest())
      })
      .then(({ body, truncated }) => onDone({ body, truncated, transferredBytes }), onFailure)
  }

  function startQueue(): ChunkQueue {
    const started = makeChunkQueue(() => exchange.resume())
    started.push(coded.bytes())
    decodeLarge(started)
    return started
  }

  return {
    write(chunk) {
      transferredBytes += chunk.length
      if (queue === null) {
        if (transferredBytes <= maxCodedBytesAtOnce) {
          coded.append(chunk)
          return 'more'
        }
        queue = startQueue()
      }
      return queue.push(chunk) ? 'more' : 'wait'
    },
    end() {
      if (queue !== null) return queue.end()
      try {
        const decoded = decodeAtOnce(coded.bytes(), codings, maxBodyBytes)
        if (decoded === null) decodeLarge(oneChunk(coded.bytes()))
        else onDone({ ...decoded, transferredBytes })
      } catch (error) {
        onFailure(error)
      }
    },
    fail(error) {
      share.close()
      if (queue === null) onFailure(error)
      else queue.fail(error)
    },
  }
}

async function collect(
  source: AsyncIterable<Uint8Array>,
  codings: readonly Coding[],
  maxBytes: number,
  share: BodyShare,
  room: () => Promise<void>,
): Promise<{ body: Uint8Array; truncated: boolean }> {
  const state: DecodeState = { codedBytes: 0, decodedBytes: 0, truncated: false }
  const body = makeBodyBuffer(maxBytes, 0)
  for await (const chunk of decodeChunks(source, codings, { maxBytes, gunzipByMagic: false }, state)) {
    body.append(chunk)
    if (!share.take(chunk.length)) await room()
  }
  return { body: body.bytes(), truncated: state.truncated }
}

async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk
}
