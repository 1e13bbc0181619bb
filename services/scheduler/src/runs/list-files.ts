import type { RpcOutput, RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

type Files = RpcOutput<typeof schedulerRpc.listFiles>

const files = `from (
    select s.job_id as "runId", s.site, split_part(a->>'path', '/', -1) as file, (a->>'sizeBytes')::float8 as "sizeBytes",
      a->>'sha256' as sha256, coalesce(s.finished_at, s.started_at) as at
    from bulk_job_sites s cross join lateral jsonb_array_elements(s.artifacts) as a where s.released_at is null
    union all
    select j.id, null, split_part(a->>'path', '/', -1), (a->>'sizeBytes')::float8, a->>'sha256',
      coalesce(j.finished_at, j.created_at)
    from bulk_jobs j cross join lateral jsonb_array_elements(coalesce(j.archive_parts, jsonb_build_array(j.archive))) as a
    where j.archive is not null
  ) f
  where ($1::uuid is null or "runId" = $1) and ($2::text is null or site = $2) and ($3::text is null or file = $3)`

/** What runs made and has not been let go of, the latest first. */
export function makeListFiles(database: Database) {
  return async (request: RpcRequest<typeof schedulerRpc.listFiles>): Promise<Files> => {
    const { page, perPage, runId = null, site = null, file = null } = request
    const filter = [runId, site, file]
    const [counted] = await database.query<{ total: number }>(`select count(*)::int as total ${files}`, filter)
    const rows = await database.query<Omit<Files['files'][number], 'createdAt'> & { at: Date }>(
      `select * ${files} order by at desc, "runId", site nulls first, file limit $4 offset $5`,
      [...filter, perPage, (page - 1) * perPage],
    )
    return {
      files: rows.map(({ at, ...each }) => ({ ...each, createdAt: new Date(at).toISOString() })),
      total: counted?.total ?? 0,
    }
  }
}
