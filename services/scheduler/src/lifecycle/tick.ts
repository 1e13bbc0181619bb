import type { RunFlag, SitePlan } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { wakeHosts } from '../frontier/wake-hosts.ts'
import type { Advanced } from './advance-site.ts'
import type { ExportAsker } from './ask-export.ts'
import { activeJobs, finishRun, type JobRow, lockJob, siteGroups } from './job-row.ts'
import type { LifecycleTimes } from './next-move.ts'
import { advanceManifest } from './run-manifest.ts'
import { makeTellSeldom } from './tell-seldom.ts'

/** Site runs moved in one round of one run. */
const maxMoves = 200
/** Site runs of a run that may fail to move in one round; more have one cause, and the round ends with it. */
export const maxFailedMoves = 5
/** Site runs of a run that are moved at once: each waits for commits most of its time, and a run may start a thousand. */
export const movesAtOnce = 4

export interface TickDeps {
  readonly database: Database
  readonly startSite: (ref: { runId: string; site: string; plan: SitePlan }, nowMs: number) => Promise<boolean>
  readonly advanceSite: (ref: { runId: string; site: string }, nowMs: number) => Promise<Advanced>
  readonly settleRender: (runId: string, nowMs: number) => Promise<boolean>
  readonly ask: ExportAsker
  readonly putFlag: (runId: string, flag: RunFlag) => Promise<void>
  readonly times: LifecycleTimes
  readonly nowMs: () => number
  readonly log: Logger
}

/**
 * The clockwork: starts what waits, moves on what can, ends what is done. One scheduler does it at a time; every step of
 * it locks what it changes, so that two at once do no harm. One run's trouble leaves the others alone, and one site's the others of its run.
 */
export function makeTick(deps: TickDeps): () => Promise<'more' | 'idle'> {
  const { database, nowMs, log } = deps
  const seldom = makeTellSeldom(log, nowMs)

  async function tickRun(job: JobRow): Promise<boolean> {
    if (job.flag !== 'running') await tellFlag(job.id, 'running')
    if (job.status === 'waiting') {
      await startRun(job.id)
      log.info('run started', { run: job.id, correlationId: job.correlationId })
    }
    const started = await startSites(job)
    const settled = await deps.settleRender(job.id, nowMs())
    const moved = await moveSites(job)
    await settleRun(job.id)
    return started || settled || moved
  }

  async function tellFlag(runId: string, flag: RunFlag): Promise<void> {
    await deps.putFlag(runId, flag)
    await database.query('update bulk_jobs set flag = $2 where id = $1', [runId, flag])
  }

  async function startRun(runId: string): Promise<void> {
    await database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job?.status !== 'waiting') return
      await sql.query(
        `update bulk_jobs set status = 'running', started_at = coalesce(started_at, $2::timestamptz) where id = $1`,
        [runId, at(nowMs())],
      )
      // After a pause its sites run already, and claims have put their hosts to sleep.
      const sites = await sql.query<{ id: string }>(
        `select id from bulk_job_sites where job_id = $1 and status = 'running'`,
        [runId],
      )
      await wakeHosts(
        sql,
        sites.map((site) => site.id),
        nowMs(),
      )
      await recordEvents(sql, [{ runId, step: null, type: 'run.started', data: {} }], nowMs())
    })
  }

  async function startSites(job: JobRow): Promise<boolean> {
    const waiting = await database.query<{ site: string; plan: SitePlan }>(
      `select site, plan from bulk_job_sites where job_id = $1 and status = 'waiting' order by position
       limit greatest(0, $2 - (select count(*) from bulk_job_sites where job_id = $1 and status = 'running'))`,
      [job.id, job.concurrency],
    )
    const start = ({ site, plan }: (typeof waiting)[number]) => deps.startSite({ runId: job.id, site, plan }, nowMs())
    return (await eachSite(job, waiting, start)) > 0
  }

  async function moveSites(job: JobRow): Promise<boolean> {
    const movable = await database.query<{ site: string }>(
      `select site from bulk_job_sites
       where job_id = $1 and status = 'running' and (
         (step in ('preflight', 'discover') and sources_pending = 0)
         or (step = 'fetch' and pending = 0 and sources_pending = 0)
         or (step = 'export' and (export_asked_at is null or export_asked_at < $2::timestamptz))
       ) order by position limit ${maxMoves}`,
      [job.id, at(nowMs() - deps.times.exportDeadlineMs)],
    )
    let again = movable.length === maxMoves
    await eachSite(job, movable, async ({ site }) => {
      const ref = { runId: job.id, site }
      const { after } = await deps.advanceSite(ref, nowMs())
      if (after === 'ask-export') await deps.ask.site(ref, nowMs())
      if (after === 'again') again = true
    })
    return again
  }

  /** Gives how many could be moved. */
  async function eachSite<S extends { site: string }>(
    job: JobRow,
    sites: readonly S[],
    move: (site: S) => Promise<unknown>,
  ): Promise<number> {
    const failures: unknown[] = []
    const waiting = sites.values()
    async function moveNext(): Promise<void> {
      for (const each of waiting) {
        try {
          await move(each)
        } catch (error) {
          const { id: run, correlationId } = job
          const { site } = each
          const why = messageOf(error)
          seldom.failed('site run could not be moved on', why, { run, site, correlationId, error, why })
          failures.push(error)
        }
        if (failures.length >= maxFailedMoves) return
      }
    }
    // They share what is waiting.
    await Promise.all(Array.from({ length: movesAtOnce }, moveNext))
    if (failures.length >= maxFailedMoves) throw failures[0]
    return sites.length - failures.length
  }

  /** Ends the run or asks for its archive when every site has ended; keeps its manifest up to date. */
  async function settleRun(runId: string): Promise<void> {
    const askArchive = await database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job?.status !== 'running') return false
      const groups = await siteGroups(sql, runId)
      const open = groups.some((group) => group.status === 'waiting' || group.status === 'running')
      const completed = groups.some((group) => group.status === 'completed')
      if (!open && !completed) {
        await finishRun(sql, job, { status: 'failed', archive: null, reason: 'no site completed' }, nowMs())
        return false
      }
      if (!open && job.options.dry_run) {
        await finishRun(sql, job, { status: 'completed', archive: null, reason: null }, nowMs())
        return false
      }
      const steps = advanceManifest(job.steps, groups, open ? 'pending' : 'running', at(nowMs()))
      if (steps.some((entry, place) => entry !== job.steps[place]))
        await sql.query('update bulk_jobs set steps = $2::jsonb where id = $1', [runId, JSON.stringify(steps)])
      const late = job.archiveAskedAtMs !== null && nowMs() - job.archiveAskedAtMs > deps.times.exportDeadlineMs
      return !open && (job.archiveAskedAtMs === null || late)
    })
    if (askArchive) await deps.ask.archive(runId, nowMs())
  }

  /** Tells fetchers of pauses and cancels that were committed and not told of: the process died between. */
  async function repairFlags(): Promise<void> {
    const untold = await database.query<{ id: string; status: 'cancelled' | 'paused' }>(
      `select id, status from bulk_jobs where status in ('cancelled', 'paused') and flag is distinct from status
         and (status = 'paused' or finished_at > $1::timestamptz) limit 100`,
      [at(nowMs() - 24 * 60 * 60_000)],
    )
    for (const { id, status } of untold) await tellFlag(id, status)
  }

  return async () => {
    seldom.due()
    const more = await database.exclusively('tick', async () => {
      await repairFlags()
      let any = false
      for (const job of await activeJobs(database)) {
        try {
          any = (await tickRun(job)) || any
        } catch (error) {
          const { id: run, correlationId } = job
          const why = messageOf(error)
          seldom.failed('run could not be moved on', why, { run, correlationId, error, why })
        }
      }
      return any
    })
    return more === true ? 'more' : 'idle'
  }
}
