import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { WarcRecord } from './warc-record.ts'

/** A file that is no WARC, or one that ends or breaks in the middle of a record. */
export class WarcError extends Error {
  override name = 'WarcError'
}

/** Named fields of one record, together. */
const maxHeadBytes = 65_536

/**
 * Reads the records of a `.warc.gz` in order, one in memory at a time. A block above `maxBlockBytes` is passed over, its record
 * given with an empty one and `truncated` set. Throws WarcError.
 */
export async function* readWarc(
  compressed: Readable,
  { maxBlockBytes }: { maxBlockBytes: number },
): AsyncGenerator<WarcRecord & { truncated: boolean }> {
  const gunzip = createGunzip()
  // The reader sees the failure as the unpacked stream's; the callback only keeps it from being nobody's.
  pipeline(compressed, gunzip, () => {})
  const input = makeInput(gunzip)
  try {
    for (;;) {
      const head = await input.upTo(headEnd, maxHeadBytes)
      if (head === null) return
      const fields = parseHead(head)
      const length = Number(fields['content-length'])
      if (!Number.isSafeInteger(length) || length < 0) throw new WarcError('a record without a Content-Length')
      const truncated = length > maxBlockBytes
      const block = truncated ? await input.skip(length) : await input.exactly(length)
      if (!(await input.exactly(4)).equals(recordEnd)) throw new WarcError('a record longer than its Content-Length')
      yield { type: fields['warc-type'] ?? '', fields, block, truncated }
    }
  } catch (error) {
    if (error instanceof WarcError || compressed.errored !== null) throw error
    throw new WarcError(error instanceof Error ? error.message : String(error), { cause: error })
  } finally {
    compressed.destroy()
    gunzip.destroy()
  }
}

const headEnd = Buffer.from('\r\n\r\n')
const recordEnd = headEnd

function parseHead(head: Buffer): Record<string, string> {
  const [version = '', ...lines] = head.toString('utf8').split('\r\n')
  if (!/^WARC\/1\.[01]$/.test(version)) throw new WarcError(`not a WARC record: '${version.slice(0, 40)}'`)
  const fields: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new WarcError(`not a field of a WARC record: '${line.slice(0, 40)}'`)
    fields[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return fields
}

/** Takes a stream apart by length and by mark. */
function makeInput(stream: Readable) {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let held: Buffer[] = []
  let size = 0

  async function more(): Promise<boolean> {
    const next = await chunks.next()
    if (next.done === true) return false
    held.push(next.value)
    size += next.value.length
    return true
  }

  function take(length: number): Buffer {
    const all = held.length === 1 ? held[0]! : Buffer.concat(held)
    held = all.length > length ? [all.subarray(length)] : []
    size = all.length - length
    return all.subarray(0, length)
  }

  return {
    /** What comes before the mark, which is taken too. Null: the input ended where a record would begin. */
    async upTo(mark: Buffer, maxBytes: number): Promise<Buffer | null> {
      for (;;) {
        const all = held.length === 1 ? held[0]! : Buffer.concat(held)
        held = all.length === 0 ? [] : [all]
        const at = all.indexOf(mark)
        if (at >= 0 && at <= maxBytes) return take(at + mark.length).subarray(0, at)
        if (all.length > maxBytes) throw new WarcError(`the fields of a record are longer than ${maxBytes} bytes`)
        if (await more()) continue
        if (size === 0) return null
        throw new WarcError('the file ends in the middle of a record')
      }
    },
    async exactly(length: number): Promise<Buffer> {
      while (size < length) if (!(await more())) throw new WarcError('the file ends in the middle of a record')
      return take(length)
    },
    async skip(length: number): Promise<Buffer> {
      for (let left = length; left > 0; ) {
        if (size === 0 && !(await more())) throw new WarcError('the file ends in the middle of a record')
        left -= take(Math.min(left, size)).length
      }
      return Buffer.alloc(0)
    },
  }
}
