import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const body = z.strictObject({
  /** True: what would be let go of is told and nothing done. */
  dry_run: z.boolean().default(false),
})

export function retentionRoute({ call }: Pick<Bus, 'call'>): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/api/retention',
    id: 'retain',
    access: 'admin',
    summary: 'Lets go now of the results and files of runs that settings and sites say are not to be kept.',
    body,
    answer: { kind: 'data', status: 200, schema: schedulerRpc.retain.output },
    async handle({ body: { dry_run: dryRun } }, { correlationId }) {
      return { data: await call(schedulerRpc.retain, { dryRun }, { correlationId, timeoutMs: 30_000 }) }
    },
  })
}
