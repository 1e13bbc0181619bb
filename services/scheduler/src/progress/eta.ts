import type { Eta, RunStatus } from '@seine/contracts'
import type { SiteStep } from '../lifecycle/site-run-steps.ts'
import type { Speed } from './speed.ts'

export interface SiteProgress {
  readonly status: RunStatus
  readonly step: SiteStep | null
  /** Pages known and not ended. */
  readonly pending: number
  /** Of this run, just now. Null: nothing measured yet. */
  readonly speed: Speed | null
  /** Of the site's last run. Null: there was none. */
  readonly historyPagesPerSecond: number | null
  /** Requests a second that the policy allows the site's host. */
  readonly ratePerSecond: number
}

/** Less than this says nothing about a speed. */
const minMeasuredMs = 3_000
const minMeasuredPages = 10

/**
 * How long a site run will still take. It is not known while discovery may find more; then measured speed counts, or that
 * of the site's last run where too little is measured; never less than politeness takes.
 */
export function siteEta(site: SiteProgress): Eta {
  if (site.status !== 'running' && site.status !== 'waiting') return { state: 'done' }
  if (site.step === 'export') return { state: 'known', remainingMs: 0, basis: 'measured' }
  if (site.status === 'waiting' || site.step !== 'fetch') return { state: 'estimating' }
  if (site.pending === 0) return { state: 'known', remainingMs: 0, basis: 'measured' }
  const { speed } = site
  const measured = speed !== null && speed.overMs >= minMeasuredMs && speed.pages >= minMeasuredPages
  const pagesPerSecond = measured ? speed.pagesPerSecond : site.historyPagesPerSecond
  if (pagesPerSecond === null || pagesPerSecond <= 0) return { state: 'estimating' }
  const politeMs = (site.pending / site.ratePerSecond) * 1_000
  const remainingMs = (site.pending / pagesPerSecond) * 1_000
  if (remainingMs < politeMs) return { state: 'known', remainingMs: Math.round(politeMs), basis: 'policy' }
  return { state: 'known', remainingMs: Math.round(remainingMs), basis: measured ? 'measured' : 'history' }
}

export interface RunProgress {
  /** Sites that run. */
  readonly running: readonly Eta[]
  /** For each site that waits: how long its last run took. Null: unknown. */
  readonly waitingMs: readonly (number | null)[]
  /** Mean time of the sites that ended in this run: stands for those without a history. Null: none ended. */
  readonly meanSiteMs: number | null
  /** Sites at once. */
  readonly concurrency: number
}

/**
 * How long a run will still take: waiting sites take the place of the one that ends first, as the clockwork does it. Not
 * known while any of them is not.
 */
export function runEta(run: RunProgress): Eta {
  if (run.running.length === 0 && run.waitingMs.length === 0)
    return { state: 'known', remainingMs: 0, basis: 'measured' }
  const ends: number[] = []
  let longest: Extract<Eta, { state: 'known' }> | null = null
  for (const eta of run.running) {
    if (eta.state === 'estimating') return eta
    if (eta.state === 'done') continue
    if (longest === null || eta.remainingMs > longest.remainingMs) longest = eta
    ends.push(eta.remainingMs)
  }
  ends.sort((a, b) => a - b)
  for (const own of run.waitingMs) {
    const durationMs = own ?? run.meanSiteMs
    if (durationMs === null) return { state: 'estimating' }
    const startsMs = ends.length >= run.concurrency ? ends.shift()! : 0
    insertSorted(ends, startsMs + durationMs)
  }
  const remainingMs = Math.round(ends.at(-1) ?? 0)
  const basis = run.waitingMs.length > 0 ? 'history' : (longest?.basis ?? 'measured')
  return { state: 'known', remainingMs, basis }
}

function insertSorted(sorted: number[], value: number): void {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  sorted.splice(low, 0, value)
}
