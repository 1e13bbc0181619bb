import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import {
  archivePartPath,
  archivePath,
  type RunFile,
  runFileSchema,
  schedulerRpc,
  siteArtifacts,
  siteName,
} from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { download, downloadHeaders } from './download.ts'
import { runManifest, runManifestSchema } from './run-manifest.ts'
import { runParams } from './run-routes.ts'

/** A file's name, never a path: no slash, no leading dot. */
const fileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'expected the name of a file')

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
      summary: 'Everything a run made, as a zip; where it is split, one part of it.',
      headers: downloadHeaders,
      params: runParams,
      query: z.strictObject({
        /** From 1, of the run's `archiveParts`. */
        part: z.coerce.number().int().min(1).max(1_000).default(1),
      }),
      answer: {
        kind: 'raw',
        contentType: 'application/zip',
        about: 'The archive; its ETag is its SHA-256. `Link` with `rel="next"` names the next part, if there is one.',
      },
      async handle({ params: { id }, query: { part } }, context) {
        const run = await bus.call(schedulerRpc.getRun, { runId: id }, { correlationId: context.correlationId })
        if (run.archive === null) throw new ApiError(404, 'no-archive', `the run has no archive (it is ${run.status})`)
        const parts = run.archiveParts?.length ?? 1
        if (part > parts) throw new ApiError(404, 'not-found', `the archive has ${parts} part${parts === 1 ? '' : 's'}`)
        if (parts === 1) return download(store, archivePath(id), `seine-${id}.zip`, context)
        const name = `seine-${id}-part${String(part).padStart(2, '0')}.zip`
        const answer = await download(store, archivePartPath(id, part), name, context)
        if (part < parts) answer.headers.set('link', `</api/bulk-runs/${id}/archive?part=${part + 1}>; rel="next"`)
        return answer
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/sites/{site}/artifacts/{file}',
      id: 'getArtifact',
      access: 'read',
      summary: 'One file that a site run made.',
      headers: downloadHeaders,
      params: runParams.extend({ site: siteName, file: fileName }),
      answer: { kind: 'raw', contentType: 'application/octet-stream', about: 'The file; its ETag is its SHA-256.' },
      handle: ({ params: { id, site, file } }, context) =>
        download(store, `${siteArtifacts(id, site)}/${file}`, file, context),
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/manifest',
      id: 'getManifest',
      access: 'read',
      summary: 'Every file that a run has made so far, by site, with sizes and checksums.',
      params: runParams,
      answer: { kind: 'data', status: 200, schema: runManifestSchema },
      async handle({ params: { id } }, { correlationId }) {
        return { data: await runManifest({ bus, store }, id, { correlationId }) }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/artifacts',
      id: 'listArtifacts',
      access: 'read',
      summary:
        'Files of the latest 5,000 site runs and 1,000 archives, the latest first; older ones are found by `run` or `site`.',
      query: z.strictObject({
        ...pageQuery,
        run: z.uuid().optional(),
        site: siteName.optional(),
        file: fileName.optional(),
      }),
      answer: { kind: 'list', item: downloadableSchema },
      async handle({ query: { page, per_page: perPage, run, site, file } }, { correlationId }) {
        const filter = {
          ...(run === undefined ? {} : { runId: run }),
          ...(site === undefined ? {} : { site }),
          ...(file === undefined ? {} : { file }),
        }
        const { files, total } = await bus.call(schedulerRpc.listFiles, { page, perPage, ...filter }, { correlationId })
        return { data: files.map((each) => ({ ...each, href: hrefOf(each) })), page, perPage, total }
      },
    }),
  ]
}

const downloadableSchema = runFileSchema.extend({
  /** Where it is downloaded. */
  href: z.string(),
})

const hrefOf = ({ runId, site, file }: RunFile): string =>
  site === null
    ? `/api/bulk-runs/${runId}/archive${partQuery(file)}`
    : `/api/bulk-runs/${runId}/sites/${site}/artifacts/${file}`

/** `reports-part02.zip` → `?part=2`. */
function partQuery(file: string): string {
  const part = /-part(\d+)\.zip$/.exec(file)?.[1]
  return part === undefined ? '' : `?part=${Number(part)}`
}
