import type { Bus } from '@seine/bus'
import { hostName, hostSchema, schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { siteParams } from '../sites/catalogue-routes.ts'

const { hosts } = schedulerRpc.listSiteHosts.output.shape
const hostParams = z.strictObject({ host: hostName })

const breakerBody = z.strictObject({
  /** `automatic`: the breaker decides again. */
  state: z.enum(['open', 'closed', 'automatic']),
  /** Why: shown wherever the breaker is. */
  reason: z.string().min(1).max(200),
})

export function hostRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/hosts/{host}',
      id: 'getHost',
      access: 'read',
      summary:
        'How fast a host is asked and what decides it, until when it is left alone and why, its breaker, its robots.txt.',
      params: hostParams,
      answer: { kind: 'data', status: 200, schema: hostSchema },
      handle: async ({ params: { host } }, context) => ({
        data: await call(schedulerRpc.getHost, { host }, as(context)),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/hosts',
      id: 'listSiteHosts',
      access: 'read',
      summary: 'The hosts of a site, by name, each as it is asked; null where it was not yet.',
      params: siteParams,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: hosts.element },
      async handle({ params: { site }, query: { page, per_page: perPage } }, context) {
        const answer = await call(schedulerRpc.listSiteHosts, { site, page, perPage }, as(context))
        return { data: answer.hosts, page, perPage, total: answer.total }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/api/hosts/{host}/breaker',
      id: 'forceBreaker',
      access: 'admin',
      summary: 'Holds a host’s breaker open or closed, or lets it decide again.',
      params: hostParams,
      body: breakerBody,
      answer: { kind: 'data', status: 200, schema: hostSchema },
      async handle({ params: { host }, body: { state, reason } }, context) {
        const to = state === 'automatic' ? null : state
        return { data: await call(schedulerRpc.forceHost, { host, to, reason }, as(context)) }
      },
    }),
  ]
}
