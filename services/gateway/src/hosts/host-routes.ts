import type { Bus } from '@seine/bus'
import { hostName, hostSchema, schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'

const hostParams = z.strictObject({ host: hostName })

const breakerBody = z.strictObject({
  /** `automatic`: the breaker decides again. */
  state: z.enum(['open', 'closed', 'automatic']),
  /** Why: shown wherever the breaker is. */
  reason: z.string().min(1).max(200),
})

export function hostRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  const as = ({ correlationId }: RequestContext) => ({ correlationId })
  return [
    defineRoute({
      method: 'get',
      path: '/api/hosts/{host}',
      id: 'getHost',
      access: 'read',
      summary: 'How fast a host is asked, until when it is left alone and why, and what its breaker does.',
      params: hostParams,
      answer: { kind: 'data', status: 200, schema: hostSchema },
      handle: async ({ params: { host } }, context) => ({
        data: await call(schedulerRpc.getHost, { host }, as(context)),
      }),
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
