import { at, type Sql } from '../database/sql.ts'

/** Puts tasks that the stream refused back into the frontier. Their attempt stays spent: its message id may be known. */
export async function giveBack(
  sql: Sql,
  tasks: readonly { urlId: string; attempt: number }[],
  notBeforeMs: number,
): Promise<void> {
  await sql.query(
    `with back as (
       update urls u set state = case when u.state = 1 then 0 else u.state end, lease_until = null,
         next_attempt_at = $3::timestamptz
       from unnest($1::uuid[], $2::int[]) as t(id, attempt)
       where u.id = t.id and u.attempt = t.attempt and u.lease_until is not null
       returning u.host
     ),
     held as (
       select host from hosts where host in (select host from back) order by host for no key update
     )
     update hosts h set wake_at = least(h.wake_at, $3::timestamptz)
     from held where h.host = held.host`,
    [tasks.map((task) => task.urlId), tasks.map((task) => task.attempt), at(notBeforeMs)],
  )
}
