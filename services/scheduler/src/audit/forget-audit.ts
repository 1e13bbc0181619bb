import type { Logger } from '@seine/runtime'
import type { Database } from '../database/sql.ts'

/** How long it is told who did what. */
export const auditKeptMs = 400 * 24 * 3_600_000
/** Entries let go of in one round. */
const maxForgotten = 10_000

/** Lets go of entries that are older, the oldest first: what is written down for ever fills a disk. */
export function makeForgetAudit({ database, nowMs, log }: { database: Database; nowMs: () => number; log: Logger }) {
  return async (): Promise<'more' | 'idle'> => {
    const gone = await database.query(
      `delete from audit where id in (select id from audit where id < $1::uuid order by id limit ${maxForgotten}) returning id`,
      [firstIdAt(nowMs() - auditKeptMs)],
    )
    if (gone.length > 0) log.info('audit entries forgotten', { entries: gone.length })
    return gone.length === maxForgotten ? 'more' : 'idle'
  }
}

/** Ids grow with time (RFC 9562 §5.7): no entry of that millisecond or later has a smaller one. */
function firstIdAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
