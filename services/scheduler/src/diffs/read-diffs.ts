import { RpcError } from '@seine/bus'
import type { DiffCounts, RpcOutput, RpcRequest, RunDiff, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const countNames: readonly (keyof DiffCounts)[] = ['added', 'removed', 'changed', 'unchanged', 'notChecked', 'moved']

interface Groups {
  status: keyof RunDiff['siteCounts']
  n: number
  counts: DiffCounts
}

/** Answers how comparisons stand. */
export function makeReadDiffs(database: Database) {
  async function get({ diffId }: RpcRequest<typeof schedulerRpc.getDiff>): Promise<RunDiff> {
    const [diff] = await database.query<Omit<RunDiff, 'status' | 'siteCounts' | 'counts'>>(
      `select id, before_run_id as before, after_run_id as after, site, ${utc('created_at')} as "createdAt",
         ${utc('finished_at')} as "finishedAt" from run_diffs where id = $1`,
      [diffId],
    )
    if (diff === undefined) throw new RpcError('not-found', `no comparison ${diffId}`)
    const sums = countNames.map((name) => `'${name}', coalesce(sum((counts->>'${name}')::int), 0)::int`)
    const groups = await database.query<Groups>(
      `select status, count(*)::int as n, json_build_object(${sums.join(', ')}) as counts
       from run_diff_sites where diff_id = $1 group by status`,
      [diffId],
    )
    const siteCounts: RunDiff['siteCounts'] = { pending: 0, complete: 0, failed: 0, skipped: 0 }
    for (const { status, n } of groups) siteCounts[status] = n
    const counts =
      groups.find(({ status }) => status === 'complete')?.counts ??
      ({ added: 0, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 } satisfies DiffCounts)
    const ended = siteCounts.complete > 0 ? 'completed' : 'failed'
    return { ...diff, status: siteCounts.pending > 0 ? 'running' : ended, siteCounts, counts }
  }

  return {
    get,
    async sites(request: RpcRequest<typeof schedulerRpc.listDiffSites>) {
      const { diffId, page, perPage } = request
      const { siteCounts } = await get({ diffId })
      const sites = await database.query<RpcOutput<typeof schedulerRpc.listDiffSites>['sites'][number]>(
        `select site, status, reason, counts, artifact from run_diff_sites where diff_id = $1
         order by site limit $2 offset $3`,
        [diffId, perPage, (page - 1) * perPage],
      )
      return { sites, total: Object.values(siteCounts).reduce((sum, n) => sum + n, 0) }
    },
  }
}
