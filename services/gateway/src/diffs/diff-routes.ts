import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { runDiffPath, runDiffSchema, runDiffSiteSchema, schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { download, downloadHeaders } from '../runs/download.ts'

const diffParams = z.strictObject({ id: z.uuid('expected the id of a comparison') })

const diffBody = z.strictObject({
  /** The run that changes are counted from. */
  before: z.uuid('expected the id of a run'),
  after: z.uuid('expected the id of a run'),
  /** Absent: every site that both runs have. */
  site: siteName.optional(),
})

/** Comparisons of two chosen runs: made in the background, asked about, downloaded. */
export function diffRoutes({
  bus: { call },
  store,
}: {
  bus: Pick<Bus, 'call'>
  store: Pick<ArtifactStore, 'open' | 'stat'>
}): AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/diffs',
      id: 'createDiff',
      access: 'run',
      summary: 'Begins to compare two runs that have ended.',
      body: diffBody,
      answer: { kind: 'data', status: 202, schema: runDiffSchema },
      async handle({ body: { before, after, site } }, { correlationId }) {
        const which = { before, after, ...(site === undefined ? {} : { site }) }
        const diff = await call(schedulerRpc.createDiff, { ...which, correlationId }, { correlationId })
        return { data: diff, headers: { Location: `/api/diffs/${diff.id}` } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/diffs/{id}',
      id: 'getDiff',
      access: 'read',
      summary: 'How a comparison of two runs stands, and what it has counted.',
      params: diffParams,
      answer: { kind: 'data', status: 200, schema: runDiffSchema },
      handle: async ({ params: { id: diffId } }, context) => ({
        data: await call(schedulerRpc.getDiff, { diffId }, as(context)),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/diffs/{id}/sites',
      id: 'listDiffSites',
      access: 'read',
      summary: 'The sites of a comparison by name; of those that can not be compared, why.',
      params: diffParams,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: runDiffSiteSchema },
      async handle({ params: { id: diffId }, query: { page, per_page: perPage } }, context) {
        const { sites, total } = await call(schedulerRpc.listDiffSites, { diffId, page, perPage }, as(context))
        return { data: sites, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/diffs/{id}/sites/{site}/diff.csv',
      id: 'getDiffFile',
      access: 'read',
      summary: 'What changed of a site between the two runs.',
      headers: downloadHeaders,
      params: diffParams.extend({ site: siteName }),
      answer: { kind: 'raw', contentType: 'text/csv; charset=utf-8', about: 'The file; its ETag is its SHA-256.' },
      async handle({ params: { id: diffId, site } }, context) {
        const { after } = await call(schedulerRpc.getDiff, { diffId }, as(context))
        return download(store, runDiffPath(after, diffId, site), `${site}-diff.csv`, context)
      },
    }),
  ]
}
