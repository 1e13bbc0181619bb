import { RpcError } from '@seine/bus'
import {
  type RpcOutput,
  type RpcRequest,
  type SiteEntry,
  type SiteOrder,
  type SiteSummary,
  type schedulerRpc,
  siteSchema,
} from '@seine/contracts'
import type { Database, Sql } from '../database/sql.ts'
import { utc } from '../database/utc.ts'

/** Answers what sites there are, with what became of their last run. */
export function makeReadSites(database: Database) {
  async function list(
    request: RpcRequest<typeof schedulerRpc.listSites>,
  ): Promise<RpcOutput<typeof schedulerRpc.listSites>> {
    const { search, group = null, policy = null, enabled = null } = request
    const part = search === undefined ? null : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
    const filter = [part, group, policy, enabled]
    const { key, by } = orders[request.sort]
    const order = `${by} nulls last, c.name`
    // The page is chosen before its rows are made: of ten thousand sites fifty are shown.
    const sites = await database.query<SiteSummary>(
      `with page as (
         select c.name, row_number() over (order by ${order}) as place from sites c ${key}
         where ${condition} order by ${order} limit $5 offset $6
       )
       select c.name, c.config->'startUrls'->>0 as "startUrl", c.config->>'group' as "group", c.enabled,
         coalesce(c.config->>'policy', 'default') as policy, coalesce(c.config->>'render', 'http') as render, ${standing}
       from page join sites c using (name) ${lastRun} order by page.place`,
      [...filter, request.perPage, (request.page - 1) * request.perPage],
    )
    const [count] = await database.query<{ total: number }>(
      `select count(*)::int as total from sites c where ${condition}`,
      filter,
    )
    return { sites, total: count?.total ?? 0 }
  }

  return { list, get: (name: string) => readSite(database, name) }
}

/** Throws RpcError `not-found`. */
export async function readSite(sql: Sql, name: string): Promise<SiteEntry> {
  const [row] = await sql.query<SiteEntry>(
    `select c.config as site, ${standing} from sites c ${lastRun} where c.name = $1`,
    [name],
  )
  if (row === undefined) throw new RpcError('not-found', `no site '${name}'`)
  // An older version may have written it: what it did not know has its default.
  return { ...row, site: siteSchema.parse(row.site) }
}

const condition = `
  ($1::text is null or c.name ilike $1 or c.config->>'group' ilike $1 or (c.config->'startUrls')::text ilike $1)
  and ($2::text is null or c.config->>'group' = $2)
  and ($3::text is null or coalesce(c.config->>'policy', 'default') = $3)
  and ($4::boolean is null or c.enabled = $4)`

// Ids of site runs grow with time.
const lastRun = `left join lateral (
    select s.*, j.created_at, extract(epoch from s.finished_at - s.started_at)::float8 * 1000 as duration_ms
    from bulk_job_sites s join bulk_jobs j on j.id = s.job_id where s.site = c.name order by s.id desc limit 1
  ) r on true`

const standing = `
  c.origin, c.version, ${utc('c.updated_at')} as "updatedAt", c.updated_by as "updatedBy",
  exists (
    select 1 from bulk_job_sites o where o.site = c.name and o.status in ('waiting', 'running')
  ) as "isRunning",
  case when r.id is null then null else json_build_object(
    'runId', r.job_id, 'status', r.status, 'step', case when r.status = 'running' then r.step end, 'reason', r.reason,
    'createdAt', ${utc('r.created_at')}, 'startedAt', ${utc('r.started_at')}, 'finishedAt', ${utc('r.finished_at')},
    'durationMs', r.duration_ms,
    'counts', json_build_object('discovered', r.discovered, 'ok', r.ok, 'unchanged', r.unchanged, 'failed', r.failed,
      'skipped', r.skipped, 'pending', r.pending),
    'diff', r.diff, 'quality', r.quality->>'status') end as "lastRun"`

const ofLastRun = (what: string): string => `left join lateral (
    select ${what} as value from bulk_job_sites s where s.site = c.name order by s.id desc limit 1
  ) k on true`

// An index has the ids; the others are read of each site's last run.
const keys = {
  none: '',
  'last-run': ofLastRun('s.id'),
  pages: ofLastRun('s.discovered'),
  duration: ofLastRun('s.finished_at - s.started_at'),
} as const

/** What a list is sorted by, and which table has it. Sites that never ran are last either way. */
const orders: Record<SiteOrder, { key: string; by: string }> = {
  name: { key: keys.none, by: 'c.name' },
  '-name': { key: keys.none, by: 'c.name desc' },
  updated: { key: keys.none, by: 'c.updated_at' },
  '-updated': { key: keys.none, by: 'c.updated_at desc' },
  'last-run': { key: keys['last-run'], by: 'k.value' },
  '-last-run': { key: keys['last-run'], by: 'k.value desc' },
  pages: { key: keys.pages, by: 'k.value' },
  '-pages': { key: keys.pages, by: 'k.value desc' },
  duration: { key: keys.duration, by: 'k.value' },
  '-duration': { key: keys.duration, by: 'k.value desc' },
}
