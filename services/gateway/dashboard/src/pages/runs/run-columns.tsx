import type { DiffCounts, Run } from '@seine/contracts'
import { formatFullTime, formatNumber, formatSpeed, formatTime, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import type { Column } from '../../ui/data-table.tsx'
import {
  doneOf,
  durationOf,
  etaBasis,
  numbers,
  Progress,
  QualityMark,
  qualityText,
  runEtaText,
  Status,
} from '../../ui/status.tsx'

export const isActive = ({ status }: Run) => status === 'running' || status === 'waiting' || status === 'paused'

export const sitesOf = ({ siteCounts }: Run): number => Object.values(siteCounts).reduce((sum, n) => sum + n, 0)

/** What can be chosen of a list of runs, to be compared. */
export interface RunChoice {
  readonly chosen: readonly string[]
  choose(id: string, isChosen: boolean): void
}

/** `choice` null: none can be chosen. */
export const runColumns = (runs: readonly Run[], nowMs: number, choice: RunChoice | null): Column<Run>[] => [
  ...(choice === null ? [] : [choiceColumn(choice)]),
  {
    key: 'created',
    label: t('runs.column.started'),
    width: '124px',
    sortBy: ({ createdAt }) => createdAt,
    title: ({ createdAt, id }) => `${formatFullTime(createdAt)} · ${id}`,
    cell: (run) => <a href={`/runs/${run.id}`}>{formatTime(run.createdAt, nowMs)}</a>,
  },
  {
    key: 'status',
    label: t('runs.column.status'),
    width: '148px',
    sortBy: ({ status }) => status,
    cell: (run) => <Status of={run.status} />,
    title: ({ reason }) => reason ?? undefined,
  },
  {
    key: 'duration',
    label: t('runs.column.duration'),
    width: '100px',
    isNumber: true,
    cell: (run) => durationOf(run, nowMs),
  },
  {
    key: 'sites',
    label: t('runs.column.sites'),
    width: '84px',
    isNumber: true,
    sortBy: sitesOf,
    cell: (run) => (
      <>
        {isActive(run) &&
          `${formatNumber(sitesOf(run) - (run.siteCounts.running ?? 0) - (run.siteCounts.waiting ?? 0))} / `}
        {formatNumber(sitesOf(run))}
      </>
    ),
    title: ({ siteCounts: { failed } }) =>
      failed === undefined || failed === 0 ? undefined : t('runs.sitesFailed', { n: failed }),
  },
  {
    key: 'pages',
    label: t('runs.column.pages'),
    isNumber: true,
    width: '184px',
    sortBy: ({ counts }) => counts.discovered,
    cell: (run) => (
      <div class="with-bar">
        {isActive(run) && (
          <Progress counts={run.counts} isRunning={run.status === 'running'} label={t('run.progress')} />
        )}
        <span>
          {isActive(run) && `${formatNumber(doneOf(run.counts))} / `}
          {formatNumber(run.counts.discovered)}
        </span>
      </div>
    ),
  },
  {
    key: 'failed',
    label: t('count.failed'),
    isNumber: true,
    width: '74px',
    sortBy: ({ counts }) => counts.failed,
    cell: (run) => numbers(run.counts.failed),
  },
  ...(runs.some(isActive) ? paceColumns() : []),
  {
    key: 'changes',
    label: t('runs.column.changes'),
    isNumber: true,
    width: '124px',
    sortBy: ({ diff }) => (diff ? diff.added + diff.removed + diff.changed : null),
    cell: ({ id, diff }) =>
      diff ? (
        <a href={`/runs/${id}?tab=changes`} aria-label={t('runs.changes', { ...diff })}>
          {changesText(diff)}
        </a>
      ) : (
        <span class="muted">{none}</span>
      ),
    title: ({ diff }) => (diff ? t('runs.changes', { ...diff }) : undefined),
  },
  {
    key: 'quality',
    label: t('column.quality'),
    width: '104px',
    sortBy: ({ quality }) => (quality === undefined ? null : ['failed', 'warning', 'passed'].indexOf(quality.status)),
    cell: ({ quality }) => <QualityMark of={quality?.status} />,
    title: ({ quality }) => (quality === undefined ? undefined : qualityText(quality)),
  },
  // A column that says nothing of any run would take its place from those that do.
  ...(runs.some((run) => optionsText(run) !== '') ? [optionsColumn()] : []),
]

const choiceColumn = ({ chosen, choose }: RunChoice): Column<Run> => ({
  key: 'choice',
  label: t('compare.column'),
  isLabelHidden: true,
  width: '36px',
  cell: ({ id, createdAt, finishedAt, options }) =>
    finishedAt !== null &&
    !options.dry_run && (
      <input
        type="checkbox"
        aria-label={t('compare.choose', { at: formatTime(createdAt) })}
        checked={chosen.includes(id)}
        onChange={(event) => choose(id, event.currentTarget.checked)}
      />
    ),
})

/** How fast runs go, and until when: nothing to say of those that have ended. */
const paceColumns = (): Column<Run>[] => [
  {
    key: 'speed',
    label: t('run.speed'),
    isNumber: true,
    width: '80px',
    cell: (run) => (isActive(run) ? formatSpeed(run.pagesPerSecond) : <span class="muted">{none}</span>),
  },
  {
    key: 'eta',
    label: t('run.eta'),
    isNumber: true,
    width: '100px',
    cell: (run) => (run.status === 'running' ? runEtaText(run) : <span class="muted">{none}</span>),
    title: ({ eta }) => etaBasis(eta) ?? undefined,
  },
]

const optionsColumn = (): Column<Run> => ({
  key: 'options',
  label: t('runs.column.options'),
  cell: (run) => optionsText(run) || <span class="muted">{none}</span>,
  title: (run) => optionsText(run) || undefined,
})

/** New, gone and changed pages; what is none is left out. */
const changesText = ({ added, removed, changed }: DiffCounts): string =>
  (
    [
      ['+', added],
      ['−', removed],
      ['~', changed],
    ] as const
  )
    .filter(([, n]) => n > 0)
    .map(([sign, n]) => sign + formatNumber(n))
    .join(' ') || '0'

const optionsText = ({ options, origin }: Run): string =>
  [
    options.dry_run && t('runForm.dryRun'),
    options.limit !== undefined && t('runs.limit', { n: options.limit }),
    options.skip_existing && t('runForm.skipExisting'),
    origin?.kind === 'schedule' && t('runs.bySchedule'),
  ]
    .filter(Boolean)
    .join(' · ')
