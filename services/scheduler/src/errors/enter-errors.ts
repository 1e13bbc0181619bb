import type { ErrorReport } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'

/** Faults that have not happened for so long are forgotten. */
export const forgetAfterMs = 90 * 24 * 60 * 60_000
/** Faults kept; beyond that those that have not happened for longest are forgotten. */
export const maxFaults = 10_000

/**
 * Enters a report in the registry. A fault that happens after it was resolved is open again. A report that comes twice (its
 * acknowledgement was lost) counts twice: how often is of the right order, not exact.
 */
export function makeEnterErrors(database: Database) {
  return async (report: ErrorReport): Promise<void> => {
    const { fingerprint, service, level, name, message, stack, context, correlationId, count, firstAt, lastAt } = report
    const [entered] = await database.query<{ isNew: boolean }>(
      `insert into error_groups as g (fingerprint, service, level, name, message, stack, context, correlation_id, count,
         first_seen, last_seen)
       values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10::timestamptz, $11::timestamptz)
       on conflict (fingerprint) do update set
         level = excluded.level, message = excluded.message, stack = excluded.stack, context = excluded.context,
         correlation_id = excluded.correlation_id, count = g.count + excluded.count,
         first_seen = least(g.first_seen, excluded.first_seen), last_seen = greatest(g.last_seen, excluded.last_seen),
         resolved_at = case when excluded.last_seen > g.resolved_at then null else g.resolved_at end
       returning xmax = 0 as "isNew"`,
      [
        fingerprint,
        service,
        level,
        name,
        message,
        stack,
        JSON.stringify(context),
        correlationId,
        count,
        firstAt,
        lastAt,
      ].map(storable),
    )
    if (entered?.isNew === true) await forgetOld(database, Date.parse(lastAt))
  }
}

/** PostgreSQL keeps no NUL in a text. */
const storable = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '').replaceAll('\\u0000', '') : value

async function forgetOld(database: Database, nowMs: number): Promise<void> {
  await database.query(
    `delete from error_groups where last_seen < $1::timestamptz
       or last_seen < (select last_seen from error_groups order by last_seen desc offset $2 limit 1)`,
    [at(nowMs - forgetAfterMs), maxFaults - 1],
  )
}
