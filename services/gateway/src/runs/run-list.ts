import { type RpcInput, runOrders, runStatuses, type schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { pageQuery } from '../http/paging.ts'

const moment = z.iso.datetime({ offset: true, error: 'expected a moment: 2026-01-31T12:00:00Z' }).or(z.iso.date())

/** Query of the list of runs. */
export const runListQuery = z.strictObject({
  ...pageQuery,
  /** One status or several with commas between. */
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(runStatuses)).min(1))
    .optional(),
  /** Runs that this site is part of. */
  site: siteName.optional(),
  /** Created then or later; a day counts from its midnight, UTC. */
  from: moment.optional(),
  /** Created before. */
  to: moment.optional(),
  dry_run: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  sort: z.enum(runOrders).default('-created'),
})

/** The scheduler's request for a query. */
export function runListRequest(query: z.output<typeof runListQuery>): RpcInput<typeof schedulerRpc.listRuns> {
  const { page, per_page: perPage, status, site, from, to, dry_run: dryRun, sort } = query
  return {
    page,
    perPage,
    sort,
    ...(status === undefined ? {} : { status }),
    ...(site === undefined ? {} : { site }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(dryRun === undefined ? {} : { dryRun }),
  }
}
