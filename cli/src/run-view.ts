import type { RunDetail } from '@seine/client'
import type { Counts, Eta, RunStatus, SeineEvent, Step } from '@seine/contracts'

export interface SiteView {
  readonly site: string
  readonly status: RunStatus
  readonly step: Step | null
  readonly counts: Counts
  readonly pagesPerSecond: number
  readonly eta: Eta
}

/** What a screen shows of a run. */
export interface RunView {
  readonly status: RunStatus
  readonly counts: Counts
  readonly pagesPerSecond: number
  readonly eta: Eta
  readonly sitesDone: number
  readonly sitesTotal: number
  /** Sites that run now, in the order they started. Ended ones are let go. */
  readonly active: ReadonlyMap<string, SiteView>
}

const noPages: Counts = { discovered: 0, ok: 0, unchanged: 0, failed: 0, skipped: 0, pending: 0 }
const ended = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[]

export function viewOf(run: RunDetail): RunView {
  const { status, counts, pagesPerSecond, eta, siteCounts, sitesTotal } = run
  const active = new Map(
    run.sites.filter((site) => site.status === 'running').map((site): [string, SiteView] => [site.site, site]),
  )
  const sitesDone = ended.reduce((sum, state) => sum + (siteCounts[state] ?? 0), 0)
  return { status, counts, pagesPerSecond, eta, sitesDone, sitesTotal, active }
}

/** The view after an event. Pure: the same events in the same order give the same view. */
export function applyEvent(view: RunView, event: SeineEvent): RunView {
  switch (event.type) {
    case 'run.started':
      return { ...view, status: 'running' }
    case 'run.paused':
      return { ...view, status: 'paused' }
    case 'run.progress': {
      const { counts, pagesPerSecond, eta, sitesDone, sites } = event.data
      return { ...view, counts, pagesPerSecond, eta, sitesDone, sitesTotal: sites }
    }
    case 'run.finished':
      return {
        ...view,
        status: event.data.status,
        counts: event.data.counts,
        eta: { state: 'done' },
        active: new Map(),
      }
    case 'site.started':
      return withSite(view, event.site, {})
    case 'site.step':
      return withSite(view, event.site, { step: event.step })
    case 'site.progress': {
      const { counts, pagesPerSecond, eta } = event.data
      return withSite(view, event.site, { counts, pagesPerSecond, eta })
    }
    case 'site.finished': {
      const active = new Map(view.active)
      if (event.site !== undefined) active.delete(event.site)
      return { ...view, active }
    }
    default:
      return view
  }
}

function withSite(view: RunView, site: string | undefined, change: Partial<SiteView>): RunView {
  if (site === undefined) return view
  const before = view.active.get(site) ?? {
    site,
    status: 'running',
    step: null,
    counts: noPages,
    pagesPerSecond: 0,
    eta: { state: 'estimating' },
  }
  return { ...view, active: new Map(view.active).set(site, { ...before, ...change }) }
}
