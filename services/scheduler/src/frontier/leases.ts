import { hostToken } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'
import { applyOutcomes } from '../outcomes/apply-outcomes.ts'

/** Hosts looked at in one round. */
const maxHosts = 100
/** Leases that may run out before a URL is given up: whatever fetches it dies of it. */
export const maxLosses = 10
/**
 * A task the stream still holds is not driven again, unless its lease is older than all deliveries of it can take
 * (5 × 60 s): then it is a dead letter that stays in the stream.
 */
export const maxLeaseAgeMs = 6 * 60_000

interface RunOut {
  id: string
  runId: string
  site: string
  attempt: number
  losses: number
  kind: 'robots' | 'sitemap' | 'page'
  /** False: cancelled while it was out. */
  wanted: boolean
  old: boolean
}

/**
 * Looks after leases that ran out: where the stream holds no task for the host any more nobody works on them, so they
 * are driven again; else they are extended. Failures don't grow by it. Keeps I2: a task lost on the way is found here.
 */
export function makeLeaseCare(deps: {
  database: Database
  leaseMs: number
  /** Tasks that the stream holds for a subject. */
  pendingOn: (subject: string) => Promise<number>
  nowMs: () => number
  log: Logger
}): () => Promise<'more' | 'idle'> {
  const { database, log } = deps

  async function careFor(host: string, nowMs: number): Promise<void> {
    // Of either pool: a site run may have gone over from one to the other since.
    const held = await deps.pendingOn(`work.fetch.*.${hostToken(host)}`)
    const runOut = await database.query<RunOut>(
      `select u.id, s.job_id as "runId", s.site, u.attempt, u.losses, u.kind, u.state = 1 as wanted, u.leased_at < $3::timestamptz as old
       from urls u join bulk_job_sites s on s.id = u.site_run_id
       where u.host = $1 and u.lease_until < $2::timestamptz`,
      [host, at(nowMs), at(nowMs - maxLeaseAgeMs)],
    )
    const gone = held === 0 ? runOut : runOut.filter((lease) => lease.old)
    const stays = held === 0 ? [] : runOut.filter((lease) => !lease.old)
    await extend(stays, nowMs)
    if (gone.length === 0) return
    log.warn('leases ran out', { host, again: gone.length })
    await driveAgain(
      gone.filter((lease) => lease.losses < maxLosses),
      nowMs,
    )
    await giveUp(
      gone.filter((lease) => lease.losses >= maxLosses),
      nowMs,
    )
  }

  async function extend(leases: readonly RunOut[], nowMs: number): Promise<void> {
    if (leases.length === 0) return
    await database.query(
      `update urls u set lease_until = $3::timestamptz from unnest($1::uuid[], $2::int[]) as t(id, attempt)
       where u.id = t.id and u.attempt = t.attempt and u.lease_until < $4::timestamptz`,
      [leases.map((l) => l.id), leases.map((l) => l.attempt), at(nowMs + deps.leaseMs), at(nowMs)],
    )
  }

  async function driveAgain(leases: readonly RunOut[], nowMs: number): Promise<void> {
    if (leases.length === 0) return
    await database.query(
      `with held as materialized (
         select u.id from urls u join unnest($1::uuid[], $2::int[]) as t(id, attempt) on u.id = t.id and u.attempt = t.attempt
         where u.lease_until < $3::timestamptz order by u.id for no key update of u
       ),
       back as (
         update urls u set lease_until = null,
           state = case when u.state = 1 then 0 else u.state end,
           losses = u.losses + case when u.state = 1 then 1 else 0 end,
           next_attempt_at = $3::timestamptz
         from held where u.id = held.id returning u.host
       ),
       hosts_held as (
         select host from hosts where host in (select host from back) order by host for no key update
       )
       update hosts h set wake_at = least(h.wake_at, $3::timestamptz) from hosts_held x where h.host = x.host`,
      [leases.map((l) => l.id), leases.map((l) => l.attempt), at(nowMs)],
    )
  }

  async function giveUp(leases: readonly RunOut[], nowMs: number): Promise<void> {
    if (leases.length === 0) return
    const received = leases.map((lease) => ({
      runId: lease.runId,
      site: lease.site,
      outcome: {
        urlId: lease.id,
        attempt: lease.attempt,
        kind: lease.kind,
        outcome: 'failed' as const,
        reason: 'lost',
        detail: `no outcome after ${lease.losses + 1} dispatches`,
        status: 0,
        announcedBatches: 0,
        durationMs: 0,
        bytes: 0,
      },
    }))
    await database.hotTransaction((sql) => applyOutcomes(sql, received, nowMs))
  }

  return async () => {
    const nowMs = deps.nowMs()
    const hosts = await database.query<{ host: string }>(
      `select distinct u.host from urls u
       where u.lease_until is not null and u.lease_until < $1::timestamptz limit ${maxHosts}`,
      [at(nowMs)],
    )
    for (const { host } of hosts) await careFor(host, nowMs)
    return hosts.length === maxHosts ? 'more' : 'idle'
  }
}
