import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'

const gzipAsync = promisify(gzip)

/** One record of a WARC file (WARC 1.1, ISO 28500:2017). */
export interface WarcRecord {
  readonly type: string
  /** Named fields by their name in lower case, those of the record's frame included. */
  readonly fields: Readonly<Record<string, string>>
  readonly block: Buffer
}

/** A record that is to be written. The fields that every record has are made from it; `fields` holds what goes besides. */
export interface NewWarcRecord {
  readonly type: 'warcinfo' | 'request' | 'response'
  /** `<urn:uuid:…>`, see {@link warcRecordId}. */
  readonly id: string
  readonly dateMs: number
  readonly contentType: string
  /** By name as it is written: `WARC-Target-URI`. Undefined: left out. */
  readonly fields: Readonly<Record<string, string | undefined>>
  readonly block: Uint8Array
}

export function warcRecordId(): string {
  return `<urn:uuid:${randomUUID()}>`
}

/**
 * A record as a gzip member of its own (WARC 1.1, annex D): members put after one another are a `.warc.gz`, and each can be read
 * from where it begins. Throws TypeError for a field that a line can't hold.
 */
export async function packWarcRecord(record: NewWarcRecord): Promise<Buffer> {
  const { type, id, dateMs, contentType, fields, block } = record
  const lines = Object.entries({
    'WARC-Type': type,
    'WARC-Record-ID': id,
    'WARC-Date': new Date(dateMs).toISOString(),
    ...fields,
    'WARC-Block-Digest': `sha256:${createHash('sha256').update(block).digest('hex')}`,
    'Content-Type': contentType,
    'Content-Length': String(block.byteLength),
  }).flatMap(([name, value]) => (value === undefined ? [] : [fieldLine(name, value)]))
  const head = Buffer.from(`WARC/1.1\r\n${lines.join('')}\r\n`, 'utf8')
  // Level 1: markup shrinks to a quarter already, and the next level costs half as much again.
  return gzipAsync(Buffer.concat([head, block, recordEnd]), { level: constants.Z_BEST_SPEED })
}

const recordEnd = Buffer.from('\r\n\r\n')

function fieldLine(name: string, value: string): string {
  if (!/^[\w-]+$/.test(name) || /[\r\n\0]/.test(value)) throw new TypeError(`not a WARC field: ${name}: ${value}`)
  return `${name}: ${value}\r\n`
}
