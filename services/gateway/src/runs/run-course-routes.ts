import type { Bus } from '@seine/bus'
import { runSchema, schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { runParams } from './run-routes.ts'

const retryBody = z.strictObject({
  /** Absent: every site that has something to retry. */
  site: siteName.optional(),
  /** True: failed pages alone. False: whole sites, from preflight; one whose export alone failed is exported again. */
  failures_only: z.boolean().default(false),
})

const reextractBody = z.strictObject({
  /** Absent: every site whose pages are stored. */
  site: siteName.optional(),
})

const changed = { kind: 'data', status: 200, schema: runSchema } as const

/** What changes the course of a run. */
export function runCourseRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
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
      path: '/api/bulk-runs/{id}/pause',
      id: 'pauseRun',
      access: 'run',
      summary: 'Dispatches nothing more of a run until it is resumed; what is under way ends.',
      params: runParams,
      answer: changed,
      async handle({ params: { id: runId } }, context) {
        return { data: await call(schedulerRpc.pauseRun, { runId }, as(context)), message: 'paused' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/bulk-runs/{id}/resume',
      id: 'resumeRun',
      access: 'run',
      summary: 'Takes up a paused, cancelled or failed run where it stopped.',
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
      summary: 'Does again: one site, all failed sites, or failed pages alone; where only an export failed, that.',
      params: runParams,
      body: retryBody,
      example: { site: 'shop', failures_only: true },
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
      example: { site: 'shop' },
      answer: changed,
      async handle({ params: { id: runId }, body: { site } }, context) {
        const which = { runId, ...(site === undefined ? {} : { site }) }
        return { data: await call(schedulerRpc.reextractRun, which, as(context)), message: 're-extracting' }
      },
    }),
  ]
}
