import type { Counts, Eta, Run, SiteRun } from '@seine/contracts'
import { formatBytes, formatDuration, formatNumber, none } from '../format.ts'
import { t, tOr } from '../i18n.ts'

/** The state of a run or site: a word, and a mark that is told by more than its colour. */
export function Status({ of }: { of: Run['status'] | SiteRun['status'] }) {
  return <span class={`status ${of}`}>{t(`status.${of}`)}</span>
}

export type QualityWord = 'passed' | 'warning' | 'failed'

export function QualityMark({ of, title }: { of: QualityWord | null | undefined; title?: string }) {
  if (of === null || of === undefined) return <span class="muted">{none}</span>
  return (
    <span class={`quality ${of}`} title={title}>
      {t(`quality.${of}`)}
    </span>
  )
}

/** How many sites of a run were judged how. */
export const qualityText = (of: Readonly<Record<QualityWord, number>>): string =>
  (['failed', 'warning', 'passed'] as const)
    .filter((word) => of[word] > 0)
    .map((word) => `${t(`quality.${word}`)}: ${formatNumber(of[word])}`)
    .join(' · ')

export const doneOf = ({ discovered, pending }: Counts): number => discovered - pending

/** Of what is known so far: while a site is still being read, the whole grows. */
export function Progress({ counts, isRunning, label }: { counts: Counts; isRunning: boolean; label: string }) {
  const { discovered, ok, unchanged, failed, skipped } = counts
  const width = (n: number) => ({ width: `${discovered === 0 ? 0 : (n / discovered) * 100}%` })
  return (
    <div
      class={isRunning && discovered === 0 ? 'progress unknown' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={discovered}
      aria-valuenow={discovered === 0 ? undefined : doneOf(counts)}
    >
      <span class="ok" style={width(ok + unchanged)} />
      <span class="skipped" style={width(skipped)} />
      <span class="failed" style={width(failed)} />
    </div>
  )
}

/** How long it will still take, and how that is known. */
export function etaText(eta: Eta): string {
  if (eta.state === 'done') return none
  if (eta.state === 'estimating') return t('eta.estimating')
  return formatDuration(eta.remainingMs)
}

/** Of a run: once all pages are fetched the rest is reports, and how long those take nobody has measured. */
export const runEtaText = ({ eta, counts }: Pick<Run, 'eta' | 'counts'>): string =>
  counts.discovered > 0 && counts.pending === 0 && eta.state === 'known' && eta.remainingMs < 1_000
    ? t('eta.reports')
    : etaText(eta)

export function etaBasis(eta: Eta): string | null {
  return eta.state === 'known' ? t(`eta.basis.${eta.basis}`) : eta.state === 'estimating' ? t('eta.why') : null
}

export function durationOf(of: { startedAt: string | null; finishedAt: string | null }, nowMs: number): string {
  if (of.startedAt === null) return none
  return formatDuration((of.finishedAt === null ? nowMs : Date.parse(of.finishedAt)) - Date.parse(of.startedAt))
}

/** A kebab-case reason as people say it; one that is not known is shown as it is. */
export function reasonText(reason: string): string {
  const status = /^http-(\d{3})$/.exec(reason)?.[1]
  return status === undefined ? tOr(`reason.${reason}`, reason) : `HTTP ${status}`
}

export const numbers = (value: number) => (value === 0 ? <span class="muted">0</span> : formatNumber(value))
export const bytes = (value: number) => (value === 0 ? <span class="muted">{none}</span> : formatBytes(value))
