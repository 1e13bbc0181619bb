import { pipeline } from 'node:stream/promises'
import {
  actualCoding,
  type Coding,
  codingHeadBytes,
  decodeWhole,
  deflateInside,
  isCutShort,
  isTooLarge,
  isTrailingGarbage,
  isZlibError,
  looksPlain,
  makeDecoder,
} from './content-coding.ts'
import { FetchError } from './failure.ts'

/** Coded bodies up to this size are decoded in one go: four times cheaper than a stream, and it blocks a few ms at most. */
export const maxCodedBytesAtOnce = 131_072
const maxDecodedBytesAtOnce = 2_097_152

/**
 * A body that passes `bombFloorBytes`, or the caller's own limit, at over `bombRatio` times what was sent is a bomb. Real
 * pages reach a ratio of 50; deflate can do 1,032, the others more.
 */
export const bombFloorBytes = 2_097_152
export const bombRatio = 200

export interface Decoded {
  body: Uint8Array
  /** The body was longer than `maxBytes`, or its coded form ended too early. */
  truncated: boolean
}

/**
 * Undoes `codings` on a body that is all there and at most `maxCodedBytesAtOnce`. Null: it is too large to be decoded
 * at once, use `decodeChunks`. Throws FetchError `bad-encoding`.
 */
export function decodeAtOnce(coded: Uint8Array, codings: readonly Coding[], maxBytes: number): Decoded | null {
  const maxOutput = Math.min(maxBytes, maxDecodedBytesAtOnce)
  let body = coded
  let truncated = false
  for (let i = codings.length - 1; i >= 0 && body.length > 0; i--) {
    const coding = actualCoding(codings[i] as Coding, body)
    if (coding === null) continue
    try {
      body = decodeWhole(coding, body, maxOutput, false)
    } catch (error) {
      if (isTooLarge(error)) return null
      const salvaged = salvage(coding, body, maxOutput, error)
      if (salvaged === null) return null
      body = salvaged
      truncated ||= isCutShort(error)
    }
  }
  return { body, truncated }
}

/** What browsers would still show of a body that didn't decode; null when that is too large, throws when it is nothing. */
function salvage(coding: Coding, body: Uint8Array, maxOutput: number, reason: unknown): Uint8Array | null {
  const deflated = coding === 'gzip' && isTrailingGarbage(reason) ? deflateInside(body) : null
  try {
    if (isCutShort(reason)) return refuseNothing(coding, decodeWhole(coding, body, maxOutput, true))
    if (deflated !== null) return decodeWhole('deflate-raw', deflated, maxOutput, false)
  } catch (error) {
    if (isTooLarge(error)) return null
    throw error instanceof FetchError ? error : badEncoding(coding, reason)
  }
  if (looksPlain(body)) return body
  throw badEncoding(coding, reason)
}

function refuseNothing<B extends Uint8Array>(coding: Coding, decoded: B): B {
  if (decoded.length > 0) return decoded
  throw new FetchError('truncated-body', `the ${coding} body ends before it says anything`)
}

export interface DecodeLimits {
  /** Decoded bytes passed on; what follows is not read. */
  maxBytes: number
  /** Undo one more gzip when the decoded bytes start like one (`sitemap.xml.gz`). */
  gunzipByMagic: boolean
}

/** What the stream did, kept up to date while it is read. */
export interface DecodeState {
  codedBytes: number
  decodedBytes: number
  truncated: boolean
}

/**
 * Undoes `codings` on a body as it comes, chunk by chunk and with back-pressure, holding a chunk per coding in
 * memory. It stops at `maxBytes` decoded or sent bytes (`state.truncated`); each layer's output is measured, so that
 * a small body can't hide a huge one between two layers. keeps I7
 * Throws FetchError `bad-encoding` or `decompression-bomb`, and what `source` throws.
 */
export async function* decodeChunks(
  source: AsyncIterable<Uint8Array>,
  codings: readonly Coding[],
  limits: DecodeLimits,
  state: DecodeState,
): AsyncGenerator<Uint8Array> {
  let layer = counted(source, limits.maxBytes, state)
  for (let i = codings.length - 1; i >= 0; i--) layer = undo(layer, codings[i] as Coding, limits, state)
  if (limits.gunzipByMagic) layer = undo(layer, 'gzip', limits, state)
  for await (const chunk of layer) {
    const room = limits.maxBytes - state.decodedBytes
    if (chunk.length > room) {
      refuseBomb(limits.maxBytes, state.codedBytes)
      state.truncated = true
      state.decodedBytes += room
      if (room > 0) yield chunk.subarray(0, room)
      return
    }
    state.decodedBytes += chunk.length
    yield chunk
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  state: DecodeState,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    if (state.codedBytes + chunk.length > maxBytes) {
      state.truncated = true
      yield chunk.subarray(0, maxBytes - state.codedBytes)
      state.codedBytes += chunk.length
      return
    }
    state.codedBytes += chunk.length
    yield chunk
  }
}

async function* undo(
  source: AsyncGenerator<Uint8Array>,
  label: Coding,
  limits: DecodeLimits,
  state: DecodeState,
): AsyncGenerator<Uint8Array> {
  const head = await readHead(source)
  const whole = prepend(head, source)
  const coding = actualCoding(label, head)
  if (coding === null || head.length === 0) {
    yield* whole
    return
  }
  const decoder = makeDecoder(coding)
  // Its rejection reaches the loop below: a source that fails destroys the decoder with its error.
  pipeline(whole, decoder).catch(() => {})
  let outputBytes = 0
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      outputBytes += chunk.length
      if (outputBytes > bombFloorBytes) refuseBomb(outputBytes, state.codedBytes)
      yield chunk
      if (outputBytes > limits.maxBytes) {
        state.truncated = true
        return
      }
    }
  } catch (error) {
    if (!isZlibError(error)) throw error
    if (!isCutShort(error)) throw badEncoding(coding, error)
    if (outputBytes === 0 && !state.truncated) refuseNothing(coding, head.subarray(0, 0))
    state.truncated = true
  } finally {
    decoder.destroy()
  }
}

async function readHead(source: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < codingHeadBytes) {
    const { done, value } = await source.next()
    if (done === true) break
    head = head.length === 0 ? value : Buffer.concat([head, value])
  }
  return head
}

async function* prepend(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  yield* rest
}

function refuseBomb(decodedBytes: number, codedBytes: number): void {
  if (decodedBytes > codedBytes * bombRatio) {
    throw new FetchError('decompression-bomb', `${codedBytes} bytes grew to ${decodedBytes} and more`)
  }
}

function badEncoding(coding: Coding, error: unknown): FetchError {
  const reason = error instanceof Error ? error.message : String(error)
  return new FetchError('bad-encoding', `not readable as ${coding}: ${reason}`, { cause: error })
}
