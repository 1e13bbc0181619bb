import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const { policies } = schedulerRpc.listPolicies.output.shape

/** Policies are read here; changing them is changing their file. */
export function policyRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/policies',
      id: 'listPolicies',
      access: 'read',
      summary: 'Policies by name, as policies.yml has them with every default, and how many sites use each.',
      answer: { kind: 'list', item: policies.element },
      async handle(_input, context) {
        const answer = await call(schedulerRpc.listPolicies, {}, as(context))
        const total = answer.policies.length
        return { data: answer.policies, page: 1, perPage: Math.max(1, total), total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/policies/{name}',
      id: 'getPolicy',
      access: 'read',
      summary: 'A policy and the sites that use it (the first 1,000).',
      params: z.strictObject({ name: z.string().regex(/^[a-z0-9-]{1,100}$/, 'expected the name of a policy') }),
      answer: { kind: 'data', status: 200, schema: schedulerRpc.getPolicy.output },
      handle: async ({ params }, context) => ({ data: await call(schedulerRpc.getPolicy, params, as(context)) }),
    }),
  ]
}
