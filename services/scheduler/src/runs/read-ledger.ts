import { RpcError } from '@seine/bus'
import type { RpcOutput, RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

type Ledger = RpcOutput<typeof schedulerRpc.readLedger>

/** Largest part of a ledger in one reply: the broker takes messages of 1 MiB, and a thousand long URLs are more. */
export const maxLedgerReplyBytes = 700_000
/** JSON of a row besides its URL and reason. */
const rowOverheadBytes = 300

/**
 * Gives the pages of a site run in the order of their URLs' bytes, a part at a time: fewer rows than asked for where they are
 * long, none only at the end.
 */
export function makeReadLedger(database: Database) {
  return async (request: RpcRequest<typeof schedulerRpc.readLedger>): Promise<Ledger> => {
    const [run] = await database.query<{ id: string; total: number }>(
      'select id, discovered as total from bulk_job_sites where job_id = $1 and site = $2',
      [request.runId, request.site],
    )
    if (run === undefined) throw new RpcError('not-found', `no site '${request.site}' in run ${request.runId}`)
    const rows = await database.query<Ledger['rows'][number]>(
      `select id as "urlId", url, won_attempt as attempt, coalesce(outcome, 'deferred') as outcome, reason, status, depth, source,
         lastmod, record_run_id as "recordRunId"
       from urls where site_run_id = $1 and kind = 'page' and url > $2 order by url limit $3`,
      [run.id, request.afterUrl ?? '', request.limit],
    )
    return { rows: withinReply(rows), total: run.total }
  }
}

/** As many of the first rows as fit a reply; at least one. */
export function withinReply<R extends { url: string; reason: string }>(rows: readonly R[]): R[] {
  let bytes = 0
  const end = rows.findIndex(({ url, reason }, i) => {
    bytes += rowOverheadBytes + Buffer.byteLength(url) + Buffer.byteLength(reason)
    return i > 0 && bytes > maxLedgerReplyBytes
  })
  return rows.slice(0, end < 0 ? rows.length : end)
}
