import type { Bus } from '@seine/bus'
import { changeTopics, listedChangeSchema, schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const moment = z.iso.datetime({ offset: true, error: 'expected a time such as 2026-11-21T00:00:00Z' })

const which = {
  run: z.uuid('expected the id of a run').optional(),
  /** Inclusive. */
  from: moment.optional(),
  /** Exclusive. */
  to: moment.optional(),
  site: siteName.optional(),
}
const isBounded = ({ run, from }: { run?: string | undefined; from?: string | undefined }): boolean =>
  run !== undefined || from !== undefined
const unbounded = { path: ['run'], error: 'expected a run, or `from`: where the period begins' }
const listQuery = z
  .strictObject({ ...pageQuery, ...which, kind: z.enum(changeTopics).optional() })
  .refine(isBounded, unbounded)

const summarySchema = z.strictObject({
  total: z.int(),
  /** Changes by kind; kinds without any are left out. */
  kinds: z.partialRecord(z.enum(changeTopics), z.int()),
})

/** What changed over all sites, of a run or a period. */
export function changeRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/changes',
      id: 'listChanges',
      access: 'read',
      summary:
        'Changes of pages over all sites, of a run or from a time on: price moves, stock, pages that went or came, then the rest.',
      query: listQuery,
      answer: { kind: 'list', item: listedChangeSchema },
      async handle({ query: { page, per_page: perPage, kind, ...of } }, context) {
        const topic = kind === undefined ? {} : { topic: kind }
        const request = { page, perPage, ...requestOf(of), ...topic }
        const { changes, total } = await call(schedulerRpc.listChanges, request, as(context))
        return { data: changes, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/changes/summary',
      id: 'countChanges',
      access: 'read',
      summary: 'How many changes of each kind there are over all sites, of a run or from a time on.',
      query: z.strictObject(which).refine(isBounded, unbounded),
      answer: { kind: 'data', status: 200, schema: summarySchema },
      async handle({ query }, context) {
        const answer = await call(schedulerRpc.listChanges, { page: 1, perPage: 1, ...requestOf(query) }, as(context))
        return { data: { total: answer.total, kinds: answer.topics } }
      },
    }),
  ]
}

type Which = { [Name in keyof typeof which]?: string | undefined }

function requestOf({ run, from, to, site }: Which): { runId?: string; from?: string; to?: string; site?: string } {
  return {
    ...(run === undefined ? {} : { runId: run }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(site === undefined ? {} : { site }),
  }
}
