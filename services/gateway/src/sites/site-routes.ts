import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { siteParams } from './catalogue-routes.ts'

const historyQuery = z.strictObject({ ...pageQuery, url: z.string().min(1).max(10_000) })
const { changes } = schedulerRpc.readHistory.output.shape
const { prices } = schedulerRpc.readPrices.output.shape

export function siteRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/history',
      id: 'getPageHistory',
      access: 'read',
      summary: 'What changed of a page from run to run, newest first.',
      params: siteParams,
      query: historyQuery,
      answer: { kind: 'list', item: changes.element },
      async handle({ params: { site }, query: { url, page, per_page: perPage } }, { correlationId }) {
        const answer = await call(schedulerRpc.readHistory, { site, url, page, perPage }, { correlationId })
        return { data: answer.changes, page, perPage, total: answer.total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/prices',
      id: 'getPagePrices',
      access: 'read',
      summary: 'The prices of a page’s product, oldest first: one for each run in which it was new or another.',
      params: siteParams,
      query: historyQuery,
      answer: { kind: 'list', item: prices.element },
      async handle({ params: { site }, query: { url, page, per_page: perPage } }, { correlationId }) {
        const answer = await call(schedulerRpc.readPrices, { site, url, page, perPage }, { correlationId })
        return { data: answer.prices, page, perPage, total: answer.total }
      },
    }),
  ]
}
