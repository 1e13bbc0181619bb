import type { ExpiredSiteRun } from '@seine/contracts'
import { at, type Sql } from '../database/sql.ts'

/** What is kept where a site does not say. Null: all, for ever. */
export interface RetentionDefaults {
  readonly runs: number | null
  readonly days: number | null
}

export interface Expired extends ExpiredSiteRun {
  readonly id: string
}

/** Site runs of one look: more come up at the next one. */
export const maxExpired = 10_000

/**
 * Site runs that are not to be kept, oldest first. Never among them: the last complete run of a site and the last that was not cut short by
 * a limit (the next one is compared with one of them), one that a run under way is compared with, and any of a run that has not ended.
 */
export async function findExpired(sql: Sql, defaults: RetentionDefaults, nowMs: number): Promise<Expired[]> {
  return sql.query<Expired>(expiredSql, [at(nowMs), defaults.runs, defaults.days])
}

const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const expiredSql = `
  with ended as (
    select s.id, s.job_id, s.site, s.finished_at, s.retention_planned_at, s.discovered, s.artifacts,
      coalesce((c.config->'retain'->>'runs')::int, $2::int) as keep_runs,
      coalesce((c.config->'retain'->>'days')::int, $3::int) as keep_days,
      s.status = 'completed' and not (j.options->>'dry_run')::boolean as is_complete,
      s.status = 'completed' and not (j.options->>'dry_run')::boolean and not j.options ? 'limit' as is_whole
    from bulk_job_sites s join bulk_jobs j on j.id = s.job_id left join sites c on c.name = s.site
    where s.released_at is null and s.finished_at is not null
      and s.status in ('completed', 'failed', 'cancelled') and j.status in ('completed', 'failed', 'cancelled')
  ),
  ranked as (
    select *,
      row_number() over (partition by site order by finished_at desc, id desc) as place,
      row_number() over (partition by site, is_complete order by finished_at desc, id desc) as complete_place,
      row_number() over (partition by site, is_whole order by finished_at desc, id desc) as whole_place
    from ended
  )
  select id, job_id as "runId", site, case when place > keep_runs then 'runs' else 'days' end as reason,
    ${utc('finished_at')} as "finishedAt", discovered as pages,
    (select coalesce(sum((a->>'sizeBytes')::float8), 0) from jsonb_array_elements(artifacts) a) as "artifactBytes",
    ${utc('retention_planned_at')} as "plannedAt"
  from ranked r
  where (place > keep_runs or finished_at < $1::timestamptz - keep_days * interval '1 day')
    and not (is_complete and complete_place = 1) and not (is_whole and whole_place = 1)
    and not exists (
      select 1 from bulk_job_sites o
      where o.previous_run_id = r.job_id and o.site = r.site and o.status in ('waiting', 'running')
    )
  order by finished_at, id limit ${maxExpired}`
