import type { Bus } from '@seine/bus'
import { schedulerRpc, siteSchema } from '@seine/contracts'
import { z } from 'zod'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

export function siteRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/sites',
      id: 'listSites',
      summary: 'Sites by name.',
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: siteSchema },
      async handle({ query: { page, per_page: perPage } }, { correlationId }) {
        const { sites, total } = await call(schedulerRpc.listSites, { page, perPage }, { correlationId })
        return { data: sites, page, perPage, total }
      },
    }),
  ]
}
