import { type KnownPages, pageIdOf } from '@seine/contracts'
import { allowLong, type Database, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'

interface LastExport {
  readonly previousRunId: string | null
  readonly previousAt: string | null
}

/**
 * Keeps what exports say of pages. Batches may come more than once and in any order: those of the latest run's latest export count. A page of
 * which nothing is another is only read, so a run that finds everything as it was writes next to nothing. Keeps I2.
 */
export function makeApplyPages(database: Database) {
  return async (batch: KnownPages): Promise<void> => {
    await database.transaction(async (sql) => {
      const last = await noteExport(sql, batch)
      if (last !== null && batch.pages.length > 0) await upsert(sql, batch, last)
    })
  }
}

/** Null: there is a later export, or the run is gone. The lock it takes orders batches of one site. */
async function noteExport(sql: Sql, { runId, site, attempt, isCompared }: KnownPages): Promise<LastExport | null> {
  // Only what the catalogue knows: a site that is gone gets no pages any more.
  await sql.query(
    `insert into site_exports (site, run_id, attempt, at)
     select s.site, s.job_id, 0, coalesce(s.started_at, now()) from bulk_job_sites s where s.job_id = $2 and s.site = $1
     on conflict (site) do nothing`,
    [site, runId],
  )
  const [known] = await sql.query<{ order: number; previousRunId: string | null; previousAt: string | null }>(
    `select case when run_id = $2::uuid then sign($3::int - attempt) when run_id < $2::uuid then 2 else -1 end::int as order,
       previous_run_id as "previousRunId", previous_at as "previousAt"
     from site_exports e where site = $1 and exists (select 1 from bulk_job_sites s where s.job_id = $2 and s.site = $1)
     for no key update of e`,
    [site, runId, attempt],
  )
  if (known === undefined || known.order < 0) return null
  if (known.order === 0) return known
  const [noted] = await sql.query<LastExport>(
    `update site_exports e set attempt = $3,
       previous_run_id = case when run_id = $2::uuid then previous_run_id else run_id end,
       previous_at = case when run_id = $2::uuid then previous_at else at end,
       run_id = $2::uuid,
       at = case when run_id = $2::uuid then at
         else coalesce((select started_at from bulk_job_sites s where s.job_id = $2::uuid and s.site = $1), now()) end
     where site = $1
     returning previous_run_id as "previousRunId", previous_at as "previousAt"`,
    [site, runId, attempt],
  )
  if (noted === undefined) return null
  if (!isCompared) await forgetWhatIsNotNamed(sql, site, noted)
  return noted
}

/** Where a run was compared with nothing, pages that it does not name would be taken for seen. Rare: the snapshot before it is gone. */
async function forgetWhatIsNotNamed(sql: Sql, site: string, last: LastExport): Promise<void> {
  await allowLong(sql)
  await sql.query(
    `update site_pages set state = 'not-checked', reason = '',
       last_run_id = coalesce(last_run_id, $2::uuid), last_at = coalesce(last_at, $3::timestamptz)
     where site = $1 and state not in ('gone', 'not-checked')`,
    [site, last.previousRunId, last.previousAt],
  )
}

async function upsert(sql: Sql, { runId, site, pages }: KnownPages, last: LastExport): Promise<void> {
  const rows = pages.map(({ fetchedAt, ...page }) => ({ ...page, id: pageIdOf(site, page.url), at: fetchedAt }))
  await sql.query(upsertSql, [runId, site, toJson(rows), last.previousRunId, last.previousAt])
}

const unseen = `('gone', 'not-checked')`
/** Of these no snapshot need have an entry, so that nobody tells when they are let go of: each run says that it has had them. */
const stamped = `('failed', 'skipped')`
const facts = ['status', 'title', 'name', 'price', 'currency', 'availability', 'issues']

/** Rows that say nothing new are left out before the insert, because a conflict alone already locks its row and writes that down. */
const upsertSql = `
  insert into site_pages as p (id, site, url, state, reason, ${facts.join(', ')}, changes, changed_run_id, changed_at,
    first_run_id, first_at, last_run_id, last_at)
  select r.id, $2, r.url, r.state, r.reason, ${facts.map((fact) => `r.${fact}`).join(', ')}, r.changes,
    case when r.changes <> '{}' then $1::uuid end, case when r.changes <> '{}' then coalesce(r.at, e.at) end,
    $1::uuid, coalesce(r.at, e.at), case when r.state in ${stamped} then $1::uuid end, case when r.state in ${stamped} then e.at end
  from json_to_recordset($3::json) as r(id uuid, url text, state text, reason text, status int, title text, name text,
      price double precision, currency text, availability text, issues text[], changes text[], at timestamptz)
    join site_exports e on e.site = $2
    left join site_pages k on k.id = r.id
  where case when k.id is null then r.state not in ${unseen} else
    (k.state, k.reason) is distinct from (r.state, r.reason)
    or (r.state not in ${unseen} and (${facts.map((fact) => `k.${fact}`).join(', ')})
      is distinct from (${facts.map((fact) => `r.${fact}`).join(', ')}))
    or (r.changes <> '{}' and (k.changed_run_id, k.changes) is distinct from ($1::uuid, r.changes))
    or (r.changes = '{}' and k.changed_run_id = $1::uuid)
    or (r.state in ${stamped} and k.last_run_id is distinct from $1::uuid)
  end
  on conflict (id) do update set
    state = excluded.state, reason = excluded.reason,
    ${facts.map((fact) => `${fact} = case when excluded.state in ${unseen} then p.${fact} else excluded.${fact} end`).join(',\n    ')},
    changes = case when excluded.changes <> '{}' then excluded.changes when p.changed_run_id = $1::uuid then '{}' else p.changes end,
    changed_run_id = case when excluded.changes <> '{}' then $1::uuid else nullif(p.changed_run_id, $1::uuid) end,
    changed_at = case when excluded.changes <> '{}' then excluded.changed_at
      when p.changed_run_id = $1::uuid then null else p.changed_at end,
    last_run_id = case when excluded.state in ${unseen} then coalesce(p.last_run_id, $4::uuid) else excluded.last_run_id end,
    last_at = case when excluded.state in ${unseen} then coalesce(p.last_at, $5::timestamptz) else excluded.last_at end`
