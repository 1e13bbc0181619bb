import type { RpcOutput, RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

type Files = RpcOutput<typeof schedulerRpc.listFiles>

/**
 * How far back the list goes, in site runs and in runs that match: to sort and count all files there ever were would take seconds.
 * Older ones are found by their run.
 */
export const maxSiteRunsListed = 5_000
const maxRunsListed = 1_000

// Ids are in the order of their creation, so that the latest ones are read by the primary key.
const files = `from (
    select s.job_id as "runId", s.site, split_part(a->>'path', '/', -1) as file, (a->>'sizeBytes')::float8 as "sizeBytes",
      a->>'sha256' as sha256, coalesce(s.finished_at, s.started_at) as at
    from (
      select job_id, site, artifacts, finished_at, started_at from bulk_job_sites
      where released_at is null and artifacts <> '[]' and ($1::uuid is null or job_id = $1) and ($2::text is null or site = $2)
      order by id desc limit ${maxSiteRunsListed}
    ) s cross join lateral jsonb_array_elements(s.artifacts) as a
    union all
    select j.id, null, split_part(a->>'path', '/', -1), (a->>'sizeBytes')::float8, a->>'sha256',
      coalesce(j.finished_at, j.created_at)
    from (
      select id, coalesce(archive_parts, jsonb_build_array(archive)) as parts, finished_at, created_at from bulk_jobs
      where archive is not null and $2::text is null and ($1::uuid is null or id = $1) order by id desc limit ${maxRunsListed}
    ) j cross join lateral jsonb_array_elements(j.parts) as a
  ) f
  where $3::text is null or file = $3`

/** What the latest runs made and has not been let go of, the latest first. */
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
