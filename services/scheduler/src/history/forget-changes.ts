import type { Logger } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'

const dayMs = 24 * 3_600_000
/** Changes let go of in one round. */
const maxForgotten = 10_000

/**
 * Lets go of what was found changed longer ago than `keptDays`, the oldest first. 0: keeps all. A price that has held for
 * longer has no point in its page's series then; the page itself still tells it.
 */
export function makeForgetChanges(deps: {
  database: Database
  keptDays: number
  nowMs: () => number
  log: Logger
  /** Absent: {@link maxForgotten}. */
  rowsAtOnce?: number
}) {
  const { database, keptDays, nowMs, log, rowsAtOnce = maxForgotten } = deps
  return async (): Promise<'more' | 'idle'> => {
    if (keptDays === 0) return 'idle'
    const gone = await database.query(
      `delete from page_changes where (page_id, run_id, field) in (
         select page_id, run_id, field from page_changes where at < $1::timestamptz order by at limit ${rowsAtOnce}
       ) returning 1`,
      [at(nowMs() - keptDays * dayMs)],
    )
    if (gone.length > 0) log.info('changes of pages forgotten', { changes: gone.length, keptDays })
    return gone.length === rowsAtOnce ? 'more' : 'idle'
  }
}
