import type { Bus } from '@seine/bus'
import {
  runOptionsSchema,
  runPlanSchema,
  runSchema,
  schedulerRpc,
  siteRunSchema,
  siteRunStatuses,
} from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'
import { runListQuery, runListRequest } from './run-list.ts'
import { readSiteRuns } from './site-runs.ts'

export const runParams = z.strictObject({ id: z.uuid('expected the id of a run') })

/** A run with the first of its sites; `…/sites` pages through all of them. */
export const runDetailSchema = runSchema.extend({ sites: z.array(siteRunSchema), sitesTotal: z.int() })

export function runRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs',
      id: 'createRun',
      access: 'run',
      summary: 'Plans a run and starts it.',
      headers: { 'Idempotency-Key': 'The same key within a day gives the same run.' },
      body: runOptionsSchema,
      example: { sites: ['shop', 'blog'], limit: 500, skip_existing: true },
      answer: { kind: 'data', status: 201, schema: runSchema },
      async handle({ body: options }, context) {
        const idempotencyKey = readIdempotencyKey(context)
        const { correlationId } = context
        const run = await call(
          schedulerRpc.createRun,
          { options, correlationId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
          { ...as(context), timeoutMs: createTimeoutMs },
        )
        return { data: run, headers: { Location: `/api/bulk-runs/${run.id}` } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/plan',
      id: 'planRun',
      access: 'read',
      summary: 'What a run with these options would do: sites, known pages, pace, expected duration. Starts nothing.',
      body: runOptionsSchema,
      example: { group: 'shops', exclude: ['blog'], at_most: { ratePerSecond: 0.5 } },
      answer: { kind: 'data', status: 200, schema: runPlanSchema },
      async handle({ body: options }, { correlationId }) {
        return { data: await call(schedulerRpc.planRun, { options }, { correlationId, timeoutMs: createTimeoutMs }) }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs',
      id: 'listRuns',
      access: 'read',
      summary: 'Runs, newest first unless `sort` says otherwise.',
      query: runListQuery,
      answer: { kind: 'list', item: runSchema },
      async handle({ query }, context) {
        const request = runListRequest(query)
        const { runs, total } = await call(schedulerRpc.listRuns, request, as(context))
        return { data: runs, page: query.page, perPage: query.per_page, total }
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
      query: z.strictObject({ ...pageQuery, status: z.enum(siteRunStatuses).optional() }),
      answer: { kind: 'list', item: siteRunSchema },
      async handle({ params: { id: runId }, query: { page, per_page: perPage, status } }, context) {
        const request = { runId, page, perPage, ...(status === undefined ? {} : { status }) }
        const { sites, total } = await call(schedulerRpc.listSiteRuns, request, as(context))
        return { data: sites, page, perPage, total }
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
