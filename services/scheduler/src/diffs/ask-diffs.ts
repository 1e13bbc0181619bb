import type { ExportDiff } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'

/** Requests for one site that nobody answers, before it is given up. */
export const maxAsks = 5
/** Sites asked for in one round. */
const maxPerRound = 200

interface PendingSite extends Omit<ExportDiff, 'attempt'> {
  readonly attempt: number
  readonly wasAsked: boolean
}

/**
 * Asks exporters for the sites of comparisons that nobody has been asked for, and again for those whose request got lost: its deadline is
 * over and the stream holds nothing for it. A request is published before it is noted, under a message id of its own, so that one that is
 * published twice is one. Ends the comparisons that nothing is left of.
 */
export function makeAskDiffs(deps: {
  database: Database
  pendingOn: (subject: string) => Promise<number>
  publish: (work: ExportDiff) => Promise<void>
  deadlineMs: number
  nowMs: () => number
}) {
  const { database } = deps

  async function ask({ wasAsked, ...site }: PendingSite, nowMs: number): Promise<void> {
    const key = [site.diffId, site.site]
    const isLost = wasAsked && (await deps.pendingOn(`work.export.diff.${site.diffId}.${site.site}`)) === 0
    if (isLost && site.attempt >= maxAsks) {
      await database.query(
        `update run_diff_sites set status = 'failed', reason = 'no exporter answered'
         where diff_id = $1 and site = $2 and status = 'pending'`,
        key,
      )
      return
    }
    const attempt = wasAsked && !isLost ? site.attempt : site.attempt + 1
    if (attempt > site.attempt) await deps.publish({ ...site, attempt })
    await database.query(
      `update run_diff_sites set attempt = $3, asked_at = $4::timestamptz
       where diff_id = $1 and site = $2 and status = 'pending'`,
      [...key, attempt, at(nowMs)],
    )
  }

  return async (): Promise<'more' | 'idle'> => {
    const nowMs = deps.nowMs()
    const pending = await database.query<PendingSite>(
      `select s.diff_id as "diffId", d.before_run_id as "beforeRunId", d.after_run_id as "afterRunId", s.site, s.attempt,
         s.all_sources_read as "allSourcesRead", d.correlation_id as "correlationId", s.asked_at is not null as "wasAsked"
       from run_diff_sites s join run_diffs d on d.id = s.diff_id
       where s.status = 'pending' and (s.asked_at is null or s.asked_at < $1::timestamptz)
       order by s.diff_id, s.site limit ${maxPerRound}`,
      [at(nowMs - deps.deadlineMs)],
    )
    for (const site of pending) await ask(site, nowMs)
    await database.query(
      `update run_diffs d set finished_at = $1::timestamptz where finished_at is null
         and not exists (select 1 from run_diff_sites s where s.diff_id = d.id and s.status = 'pending')`,
      [at(nowMs)],
    )
    return pending.length === maxPerRound ? 'more' : 'idle'
  }
}
