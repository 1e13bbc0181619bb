import type { RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

type Request = RpcRequest<typeof schedulerRpc.listRuns>

/** Runs of one moment stand in the order of their ids, so that no page repeats another's. */
const orders: Record<Request['sort'], string> = {
  '-created': 'created_at desc, id desc',
  created: 'created_at, id',
  '-started': 'started_at desc nulls last, id desc',
  started: 'started_at nulls last, id',
  '-finished': 'finished_at desc nulls last, id desc',
  finished: 'finished_at nulls last, id',
}

const matching = `from bulk_jobs j
  where ($1::text[] is null or j.status = any($1::text[]))
    and ($2::text is null or exists (select 1 from bulk_job_sites s where s.job_id = j.id and s.site = $2))
    and ($3::timestamptz is null or j.created_at >= $3) and ($4::timestamptz is null or j.created_at < $4)
    and ($5::boolean is null or (j.options->>'dry_run')::boolean = $5)`

/** Ids of the runs that a page of a list shows, in its order, and how many there are of all pages. */
export async function findRuns(database: Database, request: Request): Promise<{ ids: string[]; total: number }> {
  const { status = null, site = null, from = null, to = null, dryRun = null, page, perPage, sort } = request
  const filter = [status, site, from, to, dryRun]
  const [counted] = await database.query<{ total: number }>(`select count(*)::int as total ${matching}`, filter)
  const rows = await database.query<{ id: string }>(
    `select j.id ${matching} order by ${orders[sort]} limit $6 offset $7`,
    [...filter, perPage, (page - 1) * perPage],
  )
  return { ids: rows.map((row) => row.id), total: counted?.total ?? 0 }
}
