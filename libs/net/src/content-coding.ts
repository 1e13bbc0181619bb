import type { Transform } from 'node:stream'
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import { FetchError } from './failure.ts'

/** What we ask servers for. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

/** Codings one upon another in one response; real servers stack two at most, by mistake. */
export const maxCodings = 3

export type Coding = 'gzip' | 'deflate' | 'deflate-raw' | 'br' | 'zstd'

/**
 * The codings of a `content-encoding` header in the order they were applied; empty when the body is as it is.
 * A label nobody registered (`utf-8`, `none`) means nothing, as in browsers; one that we can't undo, or more than
 * `maxCodings`, throws `bad-encoding`.
 */
export function parseCodings(header: string | undefined): Coding[] {
  if (header === undefined || header === '') return []
  const codings: Coding[] = []
  for (const part of header.split(',')) {
    const name = part.trim().toLowerCase()
    const coding = byName.get(name)
    if (coding !== undefined) codings.push(coding)
    else if (unreadable.has(name)) throw new FetchError('bad-encoding', `content-encoding ${name} is not supported`)
    if (codings.length > maxCodings) {
      throw new FetchError('bad-encoding', `more than ${maxCodings} content codings on one body`)
    }
  }
  return codings
}

const byName = new Map<string, Coding>([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
])

/** The other codings of the IANA registry that change the bytes. */
const unreadable = new Set(['compress', 'x-compress', 'dcb', 'dcz', 'exi', 'pack200-gzip', 'aes128gcm'])

/**
 * Which coding a body's first bytes really have, given its label. Servers send plain text labelled `gzip` and raw
 * deflate labelled `deflate`; where the bytes leave no doubt they win. Null: not coded at all.
 */
export function actualCoding(label: Coding, head: Uint8Array): Coding | null {
  const [first = 0, second = 0] = head
  switch (label) {
    case 'gzip':
      return isGzip(head) ? 'gzip' : null
    case 'zstd':
      return isZstd(head) ? 'zstd' : null
    case 'deflate':
      // RFC 1950 §2.2: method 8, and both bytes together a multiple of 31.
      return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? 'deflate' : 'deflate-raw'
    default:
      return label
  }
}

/** Bytes that `actualCoding` needs to see. */
export const codingHeadBytes = 4

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

function isZstd(head: Uint8Array): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = head
  // A frame, or a skippable frame before one (RFC 8878 §3.1).
  return (
    (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) ||
    ((a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18)
  )
}

/** Does this body, whose decoding failed at once, read as markup or JSON that was never coded? */
export function looksPlain(body: Uint8Array): boolean {
  for (let i = 0; i < body.length && i < 64; i++) {
    const byte = body[i] as number
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) continue
    return byte === 0x3c || byte === 0x7b || (byte === 0xef && body[i + 1] === 0xbb && body[i + 2] === 0xbf)
  }
  return false
}

const chunkSize = 65_536

export function makeDecoder(coding: Coding): Transform {
  switch (coding) {
    case 'gzip':
      return createGunzip({ chunkSize })
    case 'deflate':
      return createInflate({ chunkSize })
    case 'deflate-raw':
      return createInflateRaw({ chunkSize })
    case 'br':
      return createBrotliDecompress({ chunkSize })
    case 'zstd':
      return createZstdDecompress({ chunkSize, params: zstdParams })
  }
}

/** RFC 9659: a window over 8 MiB is not for the web, so its memory is not ours to give. */
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 }

/**
 * Decodes a whole body on this thread. `salvage`: an end that comes too early is taken as the end.
 * Throws zlib's errors: `ERR_BUFFER_TOO_LARGE` past `maxOutputLength`, the others by `isCutShort`.
 */
export function decodeWhole(coding: Coding, body: Uint8Array, maxOutputLength: number, salvage: boolean): Buffer {
  const options = { chunkSize, maxOutputLength }
  switch (coding) {
    case 'gzip':
      return gunzipSync(body, salvage ? { ...options, finishFlush: constants.Z_SYNC_FLUSH } : options)
    case 'deflate':
      return inflateSync(body, salvage ? { ...options, finishFlush: constants.Z_SYNC_FLUSH } : options)
    case 'deflate-raw':
      return inflateRawSync(body, salvage ? { ...options, finishFlush: constants.Z_SYNC_FLUSH } : options)
    case 'br':
      return brotliDecompressSync(
        body,
        salvage ? { ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH } : options,
      )
    case 'zstd':
      return zstdDecompressSync(body, {
        ...options,
        params: zstdParams,
        ...(salvage ? { finishFlush: constants.ZSTD_e_flush } : {}),
      })
  }
}

/** Is this zlib's "unexpected end of file"? */
export function isCutShort(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'Z_BUF_ERROR'
}

/** Is this about what stands behind the end of a gzip file, taken for another one? A wrong checksum is not. */
export function isTrailingGarbage(error: unknown): boolean {
  return error instanceof Error && error.message === 'incorrect header check'
}

/** Did the output reach `maxOutputLength`? */
export function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_BUFFER_TOO_LARGE'
}

/** Is this about the bytes, and not about where they came from? */
export function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? ''
  return code.startsWith('Z_') || code.startsWith('ERR__ERROR') || code.startsWith('ZSTD_error')
}

/**
 * The deflate stream inside a gzip file: for a body with something behind the file's end (a line break a script left),
 * which Node refuses and browsers don't mind. Null when the header itself is broken. RFC 1952 §2.3.
 */
export function deflateInside(file: Uint8Array): Uint8Array | null {
  const flags = file[3] ?? 0
  let at = 10
  if (flags & 0x04) at += 2 + (file[at] ?? 0) + (file[at + 1] ?? 0) * 256
  for (const named of [0x08, 0x10]) {
    if (flags & named) at = file.indexOf(0, at) + 1 || file.length
  }
  if (flags & 0x02) at += 2
  return at < file.length ? file.subarray(at) : null
}
