import type { Bus } from '@seine/bus'
import { probeSchema, schedulerRpc, siteFieldsSchema } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { present, siteParams } from './catalogue-routes.ts'

/** A little more than a fetcher takes at most. */
const testFetchTimeoutMs = 28_000

const testFetchBody = z.strictObject({
  /** Of the site. Absent: the first of its start URLs. */
  url: z.string().min(1).max(2_048).optional(),
  /** Selectors to try in place of the site's own. */
  fields: siteFieldsSchema.optional(),
})

export function testFetchRoute({ call }: Pick<Bus, 'call'>): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/api/sites/{site}/test-fetch',
    id: 'testFetch',
    access: 'run',
    summary:
      'Has a fetcher ask for one page of a site, at the host’s pace, and shows all that came of it. Keeps nothing.',
    params: siteParams,
    body: testFetchBody,
    answer: { kind: 'data', status: 200, schema: probeSchema },
    async handle({ params: { site }, body }, context) {
      const request = { site, ...present(body) }
      return { data: await call(schedulerRpc.testFetch, request, { ...as(context), timeoutMs: testFetchTimeoutMs }) }
    },
  })
}
