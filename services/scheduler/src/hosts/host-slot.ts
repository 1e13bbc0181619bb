import { newId } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'

/** What holds a slot of a host without being of any run. */
const source = 'probe'

/** One of a host's slots, until it is given back. */
export interface HostSlot extends AsyncDisposable {}

/**
 * Takes one of a host's slots for a request that is of no run. It is a row among the URLs as theirs are, so that no claim gives it
 * out a second time (keeps I3); one that nobody gives back ends by itself at `untilMs`. Null: all are held.
 *
 * @param concurrency of the request's own policy; the strictest run that is active on the host may allow less.
 */
export async function takeHostSlot(
  database: Database,
  wanted: { host: string; url: string; concurrency: number; untilMs: number },
  nowMs: number,
): Promise<HostSlot | null> {
  const { host, url, concurrency, untilMs } = wanted
  const id = newId(nowMs)
  const isTaken = await database.transaction(async (sql) => {
    await sql.query('insert into hosts (host) values ($1) on conflict do nothing', [host])
    // Claims of this host wait, or skip it.
    await sql.query('select host from hosts where host = $1 for no key update', [host])
    const [room] = await sql.query<{ free: number }>(
      `select (least($2, (
           select min(s.concurrency) from bulk_job_site_hosts m join bulk_job_sites s on s.id = m.site_run_id
           where m.host = $1 and s.status = 'running'
         )) - (select count(*) from urls where host = $1 and lease_until is not null))::int as free`,
      [host, concurrency],
    )
    if ((room?.free ?? 0) < 1) return false
    await sql.query(
      `insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, state, next_attempt_at,
         leased_at, lease_until)
       values ($1, $1, $2, $3, 'page', '${source}', 0, 0, 0, 2, $4::timestamptz, $4::timestamptz, $5::timestamptz)`,
      [id, url, host, at(nowMs), at(untilMs)],
    )
    return true
  })
  if (!isTaken) return null
  return { [Symbol.asyncDispose]: () => giveBack(database, 'u.id = $1', [id]) }
}

/** Gives slots back whose holder has died. */
export const giveBackLostSlots = (database: Database, nowMs: number): Promise<void> =>
  giveBack(database, `u.source = '${source}' and u.lease_until is not null and u.lease_until < $1::timestamptz`, [
    at(nowMs),
  ])

async function giveBack(database: Database, which: string, values: readonly unknown[]): Promise<void> {
  await database.query(
    `with gone as (delete from urls u where ${which} returning u.host),
     held as (select host from hosts where host in (select host from gone) order by host for no key update)
     update hosts h set wake_at = least(h.wake_at, now()) from held where h.host = held.host`,
    values,
  )
}
