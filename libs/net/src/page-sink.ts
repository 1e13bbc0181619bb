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
  /** From Content-Length; 0 when it isn't known. */
  expectedBytes: number
  onDone: (page: PageBody) => void
  onFailure: (error: unknown) => void
}

/** Collects one whole page. A body in no coding is only gathered; a small coded one is decoded at its end; a large one as it comes. */
export function makePageSink(options: PageSinkOptions): BodySink {
  return options.codings.length === 0 ? identitySink(options) : codedSink(options)
}

function identitySink({ maxBodyBytes, expectedBytes, onDone, onFailure }: PageSinkOptions): BodySink {
  const buffer = makeBodyBuffer(maxBodyBytes, expectedBytes)
  let transferredBytes = 0
  return {
    write(chunk) {
      transferredBytes += chunk.length
      if (buffer.append(chunk)) return 'more'
      onDone({ body: buffer.bytes(), truncated: true, transferredBytes })
      return 'enough'
    },
    end: () => onDone({ body: buffer.bytes(), truncated: false, transferredBytes }),
    fail: onFailure,
  }
}

function codedSink({ exchange, codings, maxBodyBytes, expectedBytes, onDone, onFailure }: PageSinkOptions): BodySink {
  const coded = makeBodyBuffer(maxCodedBytesAtOnce, expectedBytes)
  let queue: ChunkQueue | null = null
  let transferredBytes = 0

  function decodeLarge(source: AsyncIterable<Uint8Array>): void {
    collect(source, codings, maxBodyBytes)
      // A body that was cut or could not be decoded is not read on; one that ended is over already.
      .finally(() => exchange.abort(unwantedRest()))
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
      if (queue === null) onFailure(error)
      else queue.fail(error)
    },
  }
}

async function collect(
  source: AsyncIterable<Uint8Array>,
  codings: readonly Coding[],
  maxBytes: number,
): Promise<{ body: Uint8Array; truncated: boolean }> {
  const state: DecodeState = { codedBytes: 0, decodedBytes: 0, truncated: false }
  const body = makeBodyBuffer(maxBytes, 0)
  for await (const chunk of decodeChunks(source, codings, { maxBytes, gunzipByMagic: false }, state)) body.append(chunk)
  return { body: body.bytes(), truncated: state.truncated }
}

async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk
}
