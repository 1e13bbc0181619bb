import { createReadStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, deflateRawSync } from 'node:zlib'

/** A part of a package whose deflated bytes lie in a file or in memory. */
export interface ZipEntry {
  readonly name: string
  readonly content: { readonly file: string } | Uint8Array
  readonly crc: number
  readonly sizeBytes: number
  readonly deflatedBytes: number
}

/** 1980-01-01 00:00, the earliest a zip can say: keeps I8. */
const fixedDate = 0x0021
const utf8Names = 0x0800
const deflated = 8
const max32 = 0xffff_ffff

export function textEntry(name: string, text: string): ZipEntry {
  const bytes = Buffer.from(text, 'utf8')
  const content = deflateRawSync(bytes)
  return { name, content, crc: crc32(bytes), sizeBytes: bytes.length, deflatedBytes: content.length }
}

/**
 * Writes a zip of entries that are deflated already (APPNOTE 4.3), so that sheets which grew side by side are put together
 * by copying. Sizes stand in the local headers and there is no zip64, because spreadsheet programs trip over data
 * descriptors and zip64. Throws RangeError for an entry or a file of 4 GiB.
 */
export async function writeZip(entries: readonly ZipEntry[], target: Writable): Promise<void> {
  await pipeline(Readable.from(zipBytes(entries)), target)
}

async function* zipBytes(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { name, content, sizeBytes, deflatedBytes } = entry
    if (sizeBytes > max32 || offset + deflatedBytes > max32) throw new RangeError(`${name}: a workbook ends at 4 GiB`)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common(entry), nameOf(entry)])
    directory.push(centralHeader(entry, offset))
    yield local
    if (content instanceof Uint8Array) yield content
    else yield* createReadStream(content.file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
    offset += local.length + deflatedBytes
  }
  yield* directory
  const directoryBytes = directory.reduce((sum, header) => sum + header.length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directoryBytes, 12)
  end.writeUInt32LE(offset, 16)
  yield end
}

const nameOf = (entry: ZipEntry): Buffer => Buffer.from(entry.name, 'utf8')

// What local and central headers share, from "version needed" to "extra field length".
function common(entry: ZipEntry): Buffer {
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt16LE(utf8Names, 2)
  fields.writeUInt16LE(deflated, 4)
  fields.writeUInt16LE(fixedDate, 8)
  fields.writeUInt32LE(entry.crc, 10)
  fields.writeUInt32LE(entry.deflatedBytes, 14)
  fields.writeUInt32LE(entry.sizeBytes, 18)
  fields.writeUInt16LE(nameOf(entry).length, 22)
  return fields
}

function centralHeader(entry: ZipEntry, offset: number): Buffer {
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(offset, 10)
  const madeBy = Buffer.from([20, 0])
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common(entry), tail, nameOf(entry)])
}
