import type { Bus } from '@seine/bus'
import { runOptionsSchema, runSchema, runStatuses, schedulerRpc, siteName, siteRunSchema } from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'
import { readSiteRuns } from './site-runs.ts'

export const runParams = z.strictObject({ id: z.uuid('expected the id of a run') })

/** A run with the first of its sites; `…/sites` pages through all of them. */
export const runDetailSchema = runSchema.extend({ sites: z.array(siteRunSchema), sitesTotal: z.int() })

const retryBody = z.strictObject({
  /** Absent: every site that has something to retry. */
  site: siteName.optional(),
  /** True: failed pages alone. False: whole sites, from preflight. */
  failures_only: z.boolean().default(false),
})

const reextractBody = z.strictObject({
  /** Absent: every site whose pages are stored. */
  site: siteName.optional(),
})

const changed = { kind: 'data', status: 200, schema: runSchema } as const

export function runRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  const as = ({ correlationId }: RequestContext) => ({ correlationId })
  return [
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs',
      id: 'createRun',
      access: 'run',
      summary: 'Plans a run and starts it.',
      headers: { 'Idempotency-Key': 'The same key within a day gives the same run.' },
      body: runOptionsSchema,
      answer: { kind: 'data', status: 201, schema: runSchema },
      async handle({ body: options }, context) {
        const idempotencyKey = readIdempotencyKey(context)
        const { correlationId } = context
        const run = await call(
          schedulerRpc.createRun,
          { options, correlationId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
          { correlationId, timeoutMs: createTimeoutMs },
        )
        return { data: run, headers: { Location: `/api/bulk-runs/${run.id}` } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs',
      id: 'listRuns',
      access: 'read',
      summary: 'Runs, newest first.',
      query: z.strictObject({ ...pageQuery, status: z.enum(runStatuses).optional() }),
      answer: { kind: 'list', item: runSchema },
      async handle({ query: { page, per_page: perPage, status } }, context) {
        const filter = status === undefined ? {} : { status }
        const { runs, total } = await call(schedulerRpc.listRuns, { page, perPage, ...filter }, as(context))
        return { data: runs, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}',
      id: 'getRun',
      access: 'read',
      summary: 'A run with its progress and its sites (the first 1,000).',
      params: runParams,
      answer: { kind: 'data', status: 200, schema: runDetailSchema },
      async handle({ params: { id: runId } }, context) {
        const run = await call(schedulerRpc.getRun, { runId }, as(context))
        const { sites, total } = await readSiteRuns({ call }, runId, as(context))
        return { data: { ...run, sites, sitesTotal: total } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/sites',
      id: 'listSiteRuns',
      access: 'read',
      summary: 'The sites of a run, in its order.',
      params: runParams,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: siteRunSchema },
      async handle({ params: { id: runId }, query: { page, per_page: perPage } }, context) {
        const { sites, total } = await call(schedulerRpc.listSiteRuns, { runId, page, perPage }, as(context))
        return { data: sites, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/{id}/cancel',
      id: 'cancelRun',
      access: 'run',
      summary: 'Stops a run: what is pending becomes skipped.',
      params: runParams,
      answer: changed,
      async handle({ params: { id: runId } }, context) {
        return { data: await call(schedulerRpc.cancelRun, { runId }, as(context)), message: 'cancelled' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/{id}/resume',
      id: 'resumeRun',
      access: 'run',
      summary: 'Takes up a cancelled or failed run where it stopped.',
      params: runParams,
      answer: changed,
      async handle({ params: { id: runId } }, context) {
        return { data: await call(schedulerRpc.resumeRun, { runId }, as(context)), message: 'resumed' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/{id}/retry',
      id: 'retryRun',
      access: 'run',
      summary: 'Fetches again: one site, all failed sites, or failed pages alone.',
      params: runParams,
      body: retryBody,
      answer: changed,
      async handle({ params: { id: runId }, body: { site, failures_only: failuresOnly } }, context) {
        const which = { runId, failuresOnly, ...(site === undefined ? {} : { site }) }
        return { data: await call(schedulerRpc.retryRun, which, as(context)), message: 'retrying' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/{id}/reextract',
      id: 'reextractRun',
      access: 'run',
      summary: 'Extracts and exports again from stored pages, without a request to any site.',
      params: runParams,
      body: reextractBody,
      answer: changed,
      async handle({ params: { id: runId }, body: { site } }, context) {
        const which = { runId, ...(site === undefined ? {} : { site }) }
        return { data: await call(schedulerRpc.reextractRun, which, as(context)), message: 're-extracting' }
      },
    }),
  ]
}

/** Planning ten thousand sites takes a moment. */
const createTimeoutMs = 15_000

function readIdempotencyKey(context: RequestContext): string | undefined {
  const key = context.header('Idempotency-Key')
  if (key !== undefined && (key === '' || key.length > 200))
    throw new ApiError(400, 'invalid', 'Idempotency-Key: expected 1–200 characters')
  return key
}
