import type { RunDetail } from '@seine/client'
import type { HostView } from '@seine/politeness'

export interface FaultRow {
  readonly site: RunDetail['sites'][number]
  /** What its host does. */
  readonly about: string
  /** Requests that reached it in this run. */
  readonly requests: number
  /** Of the host's clock at the end. */
  readonly state: HostView
}

const columns = [
  'host',
  'what it does',
  'site',
  'ok',
  'failed',
  'skipped',
  'reasons',
  'requests',
  'seconds',
  'host state',
]

/** What became of each host, as a Markdown table. */
export function matrixOf(rows: readonly FaultRow[]): string {
  const lines = rows.map(({ site, about, requests, state }) => [
    site.site,
    about,
    site.reason ?? site.status,
    String(site.counts.ok + site.counts.unchanged),
    String(site.counts.failed),
    String(site.counts.skipped),
    Object.entries(site.reasons)
      .map(([reason, n]) => `${reason} ${n}`)
      .join(', '),
    String(requests),
    secondsOf(site),
    stateOf(state),
  ])
  return [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function secondsOf({ startedAt, finishedAt }: FaultRow['site']): string {
  if (startedAt === null || finishedAt === null) return '–'
  return ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000).toFixed(1)
}

function stateOf(state: HostView): string {
  const parts = [state.breaker === 'closed' ? '' : `breaker ${state.breaker} (${state.breakerReason})`]
  if (state.failedProbes > 0) parts.push(`${state.failedProbes} probes failed`)
  if (state.blockedUntilMs !== null) parts.push(`blocked (${state.blockedReason})`)
  if (state.slowed) parts.push(`slowed to ${Math.round(state.intervalMs)} ms`)
  return parts.filter(Boolean).join(', ') || 'well'
}
