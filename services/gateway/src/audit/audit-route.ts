import type { Bus } from '@seine/bus'
import { auditEntrySchema, schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { present } from '../sites/catalogue-routes.ts'

const { actor, action, subject, from, to } = schedulerRpc.listAudit.input.shape

export function auditRoute({ call }: Pick<Bus, 'call'>): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/api/audit',
    id: 'listAudit',
    access: 'admin',
    summary: 'Who did what, the latest first: by actor, action (or all of a thing), subject and time.',
    query: z.strictObject({ ...pageQuery, actor, action, subject, from, to }),
    answer: { kind: 'list', item: auditEntrySchema },
    async handle({ query: { page, per_page: perPage, ...filter } }, context) {
      const { entries, total } = await call(schedulerRpc.listAudit, { page, perPage, ...present(filter) }, as(context))
      return { data: entries, page, perPage, total }
    },
  })
}
