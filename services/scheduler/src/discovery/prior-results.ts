import { type ContentKey, urlIdOf } from '@seine/contracts'
import { urlStates } from '../database/entities.ts'
import type { Sql } from '../database/sql.ts'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import type { Candidate } from './admission.ts'

/** What the run before knows of a page whose record can be taken over. */
export interface PriorResult {
  /** The run that holds the record. */
  readonly recordRunId: string
  readonly fetchedAtMs: number
  /**
   * False: its record was made anew since, by other selectors than it was fetched with. A page that is as before can't take it over, so
   * nothing of what follows is known.
   */
  readonly isComparable: boolean
  /** Validators for a conditional request. */
  readonly etag: string | null
  readonly lastModified: string | null
  /** Null: of a record that was made before keys were. */
  readonly content: ContentKey | null
}

interface Row {
  isComparable: boolean
  url: string
  recordRunId: string | null
  fetchedAtMs: number
  etag: string | null
  lastModified: string | null
  page: string | null
  extraction: string | null
}

/**
 * Good results of the run before, by URL. Their rows are found by id: it is a hash of run, site and URL. Without pages that
 * were shells: an answer that says "as before" would hide that they still are, or that a browser could render them now.
 */
export async function priorResults(
  sql: Sql,
  run: SiteRunRow,
  candidates: readonly Candidate[],
): Promise<Map<string, PriorResult>> {
  const previous = run.previousRunId
  const pages = candidates.filter((candidate) => candidate.kind === 'page')
  if (run.options.dry_run || previous === null || pages.length === 0) return new Map()
  const rows = await sql.query<Row>(
    `select url, record_run_id as "recordRunId", (extract(epoch from done_at) * 1000)::float8 as "fetchedAtMs",
       etag, last_modified as "lastModified", content_page as page, content_extraction as extraction,
       not (select reextract or reextracted from bulk_job_sites where job_id = $2 and site = $3) as "isComparable"
     from urls where id = any($1::uuid[]) and state = ${urlStates.done} and outcome in ('ok', 'unchanged')
       and not needs_browser`,
    [pages.map((page) => urlIdOf(previous, run.site, page.url)), previous, run.site],
  )
  return new Map(rows.map((row) => [row.url, priorOf(row, previous)]))
}

function priorOf({ recordRunId, page, extraction, ...row }: Row, previous: string): PriorResult {
  const { fetchedAtMs, isComparable, etag, lastModified } = row
  const held = { recordRunId: recordRunId ?? previous, fetchedAtMs, isComparable }
  if (!isComparable) return { ...held, etag: null, lastModified: null, content: null }
  return { ...held, etag, lastModified, content: page === null || extraction === null ? null : { page, extraction } }
}

/**
 * What `If-Modified-Since` says: what the host said last time, or the time of that fetch where a sitemap says that the page
 * is older. Null: nothing is known that a host could compare with.
 */
export function modifiedSince(prior: PriorResult, lastmod: string | undefined): string | null {
  if (!prior.isComparable) return null
  if (prior.etag !== null || prior.lastModified !== null) return prior.lastModified
  const lastmodMs = lastmod === undefined ? Number.NaN : Date.parse(lastmod)
  return lastmodMs < prior.fetchedAtMs ? new Date(prior.fetchedAtMs).toUTCString() : null
}
