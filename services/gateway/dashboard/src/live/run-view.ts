import type { RunDetail } from '@seine/client'
import type { SeineEvent, SiteRun } from '@seine/contracts'

/** A site of a run as the table shows it. */
export interface SiteRow extends SiteRun {
  /** Its host is left alone until then. Null: it is not. */
  readonly held: { readonly untilMs: number; readonly reason: string } | null
}

/** A run as the page shows it: what the API said last, and what events said since. */
export interface RunView {
  readonly run: RunDetail
  readonly sites: ReadonlyMap<string, SiteRow>
}

export function viewOf(run: RunDetail, before?: RunView): RunView {
  const sites = run.sites.map(
    (site) => [site.site, { ...site, held: before?.sites.get(site.site)?.held ?? null }] as const,
  )
  return { run, sites: new Map(sites) }
}

/** Events after which the API has to be asked: they change more than they say. */
const changing: ReadonlySet<string> = new Set(['run.started', 'run.finished', 'site.finished', 'artifact.written'])
export const asksForAnew = (event: SeineEvent): boolean =>
  changing.has(event.type) || event.type.startsWith('run.pause')

const isOver = (status: SiteRun['status']) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** The view after an event; the same one where it says nothing new. Late events of a site that has ended say nothing. */
export function applyEvent(view: RunView, event: SeineEvent): RunView {
  if (event.job_id !== view.run.id) return view
  if (event.type === 'run.progress') {
    if (isOver(view.run.status as SiteRun['status'])) return view
    const { counts, pagesPerSecond, bytes, eta } = event.data
    return { ...view, run: { ...view.run, counts, pagesPerSecond, bytes, eta } }
  }
  const row = event.site === undefined ? undefined : view.sites.get(event.site)
  if (row === undefined) return view
  const changed = changedRow(row, event)
  return changed === row ? view : { ...view, sites: new Map(view.sites).set(row.site, changed) }
}

function changedRow(row: SiteRow, event: SeineEvent): SiteRow {
  switch (event.type) {
    case 'site.started':
      return { ...row, status: 'running', startedAt: row.startedAt ?? event.ts }
    case 'site.step':
      return isOver(row.status) ? row : { ...row, status: 'running', step: event.step }
    case 'site.progress': {
      if (isOver(row.status)) return row
      const { counts, pagesPerSecond, bytes, eta } = event.data
      const isFree = row.held !== null && row.held.untilMs <= Date.parse(event.ts)
      return { ...row, counts, pagesPerSecond, bytes, eta, held: isFree ? null : row.held }
    }
    case 'site.finished': {
      const { status, reason, counts, diff, quality } = event.data
      const judged = quality === undefined ? {} : { quality }
      return {
        ...row,
        ...judged,
        status,
        reason,
        counts,
        diff,
        step: null,
        pagesPerSecond: 0,
        finishedAt: event.ts,
        held: null,
      }
    }
    case 'host.blocked':
      return { ...row, held: { untilMs: event.data.untilMs, reason: event.data.reason } }
    case 'host.breaker': {
      const { state, untilMs, reason = '' } = event.data
      return { ...row, held: state === 'open' ? { untilMs: untilMs ?? Number.POSITIVE_INFINITY, reason } : null }
    }
    default:
      return row
  }
}

/** Several events at once: one new map of sites, however many there are. */
export function applyEvents(view: RunView, events: readonly SeineEvent[]): RunView {
  let run = view
  const rows = new Map<string, SiteRow>()
  for (const event of events) {
    const row = event.site === undefined ? undefined : (rows.get(event.site) ?? view.sites.get(event.site))
    if (event.type === 'run.progress' || row === undefined) run = applyEvent(run, event)
    else if (event.job_id === view.run.id) rows.set(row.site, changedRow(row, event))
  }
  return rows.size === 0 ? run : { ...run, sites: new Map([...run.sites, ...rows]) }
}
