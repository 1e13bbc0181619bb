import { Readable } from 'node:stream'
import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { archivePath, schedulerRpc, siteArtifacts, siteName } from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'
import { runParams } from './run-routes.ts'

/** A file's name, never a path: no slash, no leading dot. */
const fileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'expected the name of a file')

const contentTypes: Record<string, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
  zst: 'application/zstd',
}

export function artifactRoutes(deps: {
  bus: Pick<Bus, 'call'>
  store: Pick<ArtifactStore, 'open' | 'stat'>
}): AnyRoute[] {
  const { bus, store } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/archive',
      id: 'getArchive',
      access: 'read',
      summary: 'Everything a run made, as one zip.',
      headers: { 'If-None-Match': 'Answers 304 where the archive still has this ETag.' },
      params: runParams,
      answer: { kind: 'raw', contentType: 'application/zip', about: 'The archive; its ETag is its SHA-256.' },
      async handle({ params: { id } }, context) {
        const run = await bus.call(schedulerRpc.getRun, { runId: id }, { correlationId: context.correlationId })
        if (run.archive === null) throw new ApiError(404, 'no-archive', `the run has no archive (it is ${run.status})`)
        return download(store, archivePath(id), `seine-${id}.zip`, context)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/sites/{site}/artifacts/{file}',
      id: 'getArtifact',
      access: 'read',
      summary: 'One file that a site run made.',
      headers: { 'If-None-Match': 'Answers 304 where the file still has this ETag.' },
      params: runParams.extend({ site: siteName, file: fileName }),
      answer: { kind: 'raw', contentType: 'application/octet-stream', about: 'The file; its ETag is its SHA-256.' },
      handle: ({ params: { id, site, file } }, context) =>
        download(store, `${siteArtifacts(id, site)}/${file}`, file, context),
    }),
  ]
}

async function download(
  store: Pick<ArtifactStore, 'open' | 'stat'>,
  path: string,
  name: string,
  context: RequestContext,
): Promise<Response> {
  const found = await store.stat(path)
  if (found === null) throw new ApiError(404, 'not-found', 'no such file')
  const etag = `"${found.sha256}"`
  if (
    context
      .header('If-None-Match')
      ?.split(/\s*,\s*/)
      .includes(etag) === true
  )
    return new Response(null, { status: 304, headers: { etag } })
  const extension = name.slice(name.lastIndexOf('.') + 1)
  const headersOf = ({ sizeBytes, sha256 }: { sizeBytes: number; sha256: string }) => ({
    'content-type': contentTypes[extension] ?? 'application/octet-stream',
    'content-length': String(sizeBytes),
    'content-disposition': `attachment; filename="${name}"`,
    etag: `"${sha256}"`,
  })
  // Nobody would read the stream of a HEAD.
  if (context.method === 'HEAD') return new Response(null, { headers: headersOf(found) })
  const file = await store.open(path)
  if (file === null) throw new ApiError(404, 'not-found', 'no such file')
  const body = Readable.toWeb(file.stream) as ReadableStream<Uint8Array>
  return new Response(body, { headers: headersOf(file) })
}
