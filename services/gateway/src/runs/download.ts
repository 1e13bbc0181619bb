import { Readable } from 'node:stream'
import type { ArtifactStat, ArtifactStore, ByteRange } from '@seine/artifacts'
import { ApiError } from '../http/api-error.ts'
import type { RequestContext } from '../http/route.ts'

const contentTypes: Record<string, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
  zst: 'application/zstd',
}

/** Request headers that a download understands. */
export const downloadHeaders = {
  Range: 'One range of bytes: the answer is 206 with that part alone. Several ranges: the whole file.',
  'If-Range': 'The range counts only while the file still has this ETag; else the whole file comes.',
  'If-None-Match': 'Answers 304 where the file still has this ETag.',
}

/**
 * A file as an answer (RFC 9110 §14): whole, a part of it, or nothing where the client has it. Its ETag is its SHA-256. Throws
 * ApiError: 404 where there is none, 416 where the range lies behind its end.
 */
export async function download(
  store: Pick<ArtifactStore, 'open' | 'stat'>,
  path: string,
  name: string,
  context: Pick<RequestContext, 'header' | 'method'>,
): Promise<Response> {
  const found = await store.stat(path)
  if (found === null) throw noSuchFile()
  if (isKnown(context.header('If-None-Match'), found.sha256))
    return new Response(null, { status: 304, headers: { etag: etagOf(found) } })
  const ifRange = context.header('If-Range')
  const asked = ifRange === undefined || ifRange === etagOf(found) ? context.header('Range') : undefined
  const range = asked === undefined || context.method !== 'GET' ? null : readRange(asked, found.sizeBytes)
  if (range === 'unsatisfiable') return new Response(null, refusal(found))
  // Nobody would read the stream of a HEAD.
  if (context.method === 'HEAD') return new Response(null, { headers: headersOf(found, name) })
  const file = await (range === null ? store.open(path) : store.open(path, range))
  if (file === null) throw noSuchFile()
  // Replaced since: its parts would not fit those that the client has.
  if (range !== null && file.sha256 !== found.sha256) {
    file.stream.destroy()
    throw new ApiError(409, 'conflict', 'the file has just been replaced')
  }
  const body = Readable.toWeb(file.stream) as ReadableStream<Uint8Array>
  if (range === null) return new Response(body, { headers: headersOf(file, name) })
  const part = {
    'content-length': String(range.last - range.first + 1),
    'content-range': `bytes ${range.first}-${range.last}/${file.sizeBytes}`,
  }
  return new Response(body, { status: 206, headers: { ...headersOf(file, name), ...part } })
}

/**
 * Reads a Range header for a file of so many bytes. Null: the whole file, because there is no range, more than one, or one in
 * another unit or spelling (RFC 9110 §14.2: ignored).
 */
export function readRange(header: string, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.replaceAll(' ', ''))
  const [, from = '', to = ''] = match ?? []
  if (match === null || (from === '' && to === '')) return null
  if (from !== '' && to !== '' && Number(from) > Number(to)) return null
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from)
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  return first > last ? 'unsatisfiable' : { first, last }
}

const noSuchFile = () => new ApiError(404, 'not-found', 'no such file')
const etagOf = ({ sha256 }: ArtifactStat): string => `"${sha256}"`

/** A weak comparison (RFC 9110 §13.1.2). */
function isKnown(header: string | undefined, sha256: string): boolean {
  const known = header?.split(',').map((etag) => etag.trim().replace(/^W\//, '')) ?? []
  return known.includes('*') || known.includes(`"${sha256}"`)
}

function headersOf(file: ArtifactStat, name: string): Record<string, string> {
  return {
    'content-type': contentTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    'content-length': String(file.sizeBytes),
    'content-disposition': `attachment; filename="${name}"`,
    'accept-ranges': 'bytes',
    etag: etagOf(file),
  }
}

const refusal = (file: ArtifactStat): ResponseInit => ({
  status: 416,
  headers: { 'content-range': `bytes */${file.sizeBytes}`, etag: etagOf(file) },
})
