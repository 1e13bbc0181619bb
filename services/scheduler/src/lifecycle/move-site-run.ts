import type { Counts, DiffCounts, Quality } from '@seine/contracts'
import { at, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { type NewEvent, recordEvents } from '../events/outbox.ts'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import { enter, type SiteRunEvent, type SiteRunMove, type SiteRunState } from './site-run-steps.ts'

/** The pages of a site run as its row counts them. */
export function countsOf(run: Counts): Counts {
  const { discovered, ok, unchanged, failed, skipped, pending } = run
  return { discovered, ok, unchanged, failed, skipped, pending }
}

/** What is told of an export with the end of its site. */
export interface Exported {
  readonly diff: DiffCounts | null
  readonly quality: Quality | undefined
}

const notExported: Exported = { diff: null, quality: undefined }

/**
 * Moves a locked site run through its one door and writes down the state and its events. Gives the row as it is then.
 * Throws IllegalMove.
 */
export async function moveSiteRun(
  sql: Sql,
  run: SiteRunRow,
  move: SiteRunMove,
  nowMs: number,
  exported: Exported = notExported,
): Promise<SiteRunRow> {
  const [moved] = await moveSiteRuns(sql, [run], move, nowMs, exported)
  return moved!
}

/** The same for many at once. */
export async function moveSiteRuns(
  sql: Sql,
  runs: readonly SiteRunRow[],
  move: SiteRunMove,
  nowMs: number,
  exported: Exported = notExported,
): Promise<SiteRunRow[]> {
  const moved = runs.map((run) => ({ run, ...enter(stateOf(run), move, at(nowMs)) }))
  const rows = moved.map(({ run, state }) => ({ id: run.id, ...state }))
  await sql.query(
    `update bulk_job_sites s set status = r.status, step = r.step, reason = r.reason, steps = r.steps,
       started_at = r."startedAt", finished_at = r."finishedAt", settled_at = null
     from json_to_recordset($1::json) as r(id uuid, status text, step text, reason text, steps jsonb,
       "startedAt" timestamptz, "finishedAt" timestamptz)
     where s.id = r.id`,
    [toJson(rows)],
  )
  const after = moved.map(({ run, state }): SiteRunRow => {
    const { status, step, reason, steps, startedAt } = state
    return { ...run, status, step, reason, steps, startedAtMs: startedAt === null ? null : Date.parse(startedAt) }
  })
  const events = moved.flatMap(({ events }, place) =>
    events.map((event) => eventFor(after[place]!, event, nowMs, exported)),
  )
  await recordEvents(sql, events, nowMs)
  return after
}

function stateOf(run: SiteRunRow): SiteRunState {
  const { status, step, reason, steps, startedAtMs } = run
  return { status, step, reason, steps, startedAt: startedAtMs === null ? null : at(startedAtMs), finishedAt: null }
}

function eventFor(run: SiteRunRow, event: SiteRunEvent, nowMs: number, { diff, quality }: Exported): NewEvent {
  const base = { runId: run.jobId, site: run.site, step: run.step }
  if (event.type === 'site.started') return { ...base, type: 'site.started', data: {} }
  if (event.type === 'site.step') return { ...base, type: 'site.step', data: { from: event.from } }
  return {
    ...base,
    level: run.status === 'failed' ? 'error' : 'info',
    type: 'site.finished',
    data: {
      status: run.status,
      reason: run.reason,
      counts: countsOf(run),
      diff,
      ...(quality === undefined ? {} : { quality }),
      durationMs: run.startedAtMs === null ? 0 : Math.max(0, nowMs - run.startedAtMs),
    },
  }
}
