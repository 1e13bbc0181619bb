import type { Run, SeineEvent } from '@seine/contracts'
import { useEffect, useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatFullTime, formatNumber, formatSpeed, formatTime, none } from '../../format.ts'
import { given } from '../../given.ts'
import { t } from '../../i18n.ts'
import { live } from '../../live/live-connection.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { may } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField } from '../../ui/field.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
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
import { useNow } from '../../ui/use-now.ts'
import { RunForm } from './run-form.tsx'

const perPage = 50
const isActive = ({ status }: Run) => status === 'running' || status === 'waiting' || status === 'paused'
const statuses = ['', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const

export function RunsPage() {
  const status = statuses.find((each) => each === query.value.get('status')) ?? ''
  const page = Number(query.value.get('page') ?? 1)
  const [isAsking, ask] = useState(query.value.has('new'))
  const runs = useResource(`${status}:${page}`, () => client.listRuns({ page, perPage, ...given({ status }) }), {
    everyMs: ({ data }) => (data.some(isActive) && live.peek()?.state().phase !== 'open' ? 4_000 : 20_000),
  })
  const progress = useRunProgress(runs.reload)
  const shown = runs.data?.data.map((run) => withProgress(run, progress))
  const nowMs = useNow(shown?.some(isActive) === true ? 1_000 : null)
  const close = () => {
    ask(false)
    setQuery({ new: '' })
  }
  return (
    <>
      <PageHead title={t('runs.title')}>
        {may('run') && (
          <button type="button" class="primary large" onClick={() => ask(true)}>
            {t('runs.runAll')}
          </button>
        )}
      </PageHead>
      <div class="filters">
        <SelectField
          label={t('runs.filter.status')}
          value={status}
          options={statuses.map((value) => [value, value === '' ? t('filter.all') : t(`status.${value}`)])}
          onChange={(value) => setQuery({ status: value, page: '' })}
        />
      </div>
      <Loaded of={runs}>
        {({ pagination }) => (
          <>
            <DataTable
              label={t('runs.title')}
              rows={shown ?? []}
              columns={columns(nowMs)}
              keyOf={({ id }) => id}
              minWidth="1310px"
              empty={
                <Empty title={t(status === '' ? 'runs.none' : 'runs.noneOfStatus')}>
                  {status === '' ? t('runs.noneHint') : ''}
                </Empty>
              }
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
      {isAsking && <RunForm onClose={close} />}
    </>
  )
}

type ProgressEvent = Extract<SeineEvent, { type: 'run.progress' }>

/** What running runs said since the list was read; a run that begins or ends has the list read again. */
function useRunProgress(reload: () => void): ReadonlyMap<string, ProgressEvent> {
  const [progress, setProgress] = useState<ReadonlyMap<string, ProgressEvent>>(new Map())
  const connection = live.value
  useEffect(() => {
    if (connection === null) return
    return connection.subscribe(
      { types: ['run.created', 'run.started', 'run.progress', 'run.finished'] },
      ({ event }) => {
        if (event.type === 'run.progress') setProgress((before) => new Map(before).set(event.job_id, event))
        else reload()
      },
    )
  }, [connection])
  return progress
}

function withProgress(run: Run, progress: ReadonlyMap<string, ProgressEvent>): Run {
  const event = progress.get(run.id)
  if (event === undefined || run.status !== 'running') return run
  const { counts, pagesPerSecond, bytes, eta } = event.data
  return doneOf(counts) < doneOf(run.counts) ? run : { ...run, counts, pagesPerSecond, bytes, eta }
}

export const sitesOf = ({ siteCounts }: Run): number => Object.values(siteCounts).reduce((sum, n) => sum + n, 0)

const columns = (nowMs: number): Column<Run>[] => [
  {
    key: 'created',
    label: t('runs.column.started'),
    width: '140px',
    sortBy: ({ createdAt }) => createdAt,
    title: ({ createdAt, id }) => `${formatFullTime(createdAt)} · ${id}`,
    cell: (run) => <a href={`/runs/${run.id}`}>{formatTime(run.createdAt, nowMs)}</a>,
  },
  {
    key: 'status',
    label: t('runs.column.status'),
    width: '120px',
    sortBy: ({ status }) => status,
    cell: (run) => <Status of={run.status} />,
    title: ({ reason }) => reason ?? undefined,
  },
  {
    key: 'duration',
    label: t('runs.column.duration'),
    width: '110px',
    isNumber: true,
    cell: (run) => durationOf(run, nowMs),
  },
  {
    key: 'sites',
    label: t('runs.column.sites'),
    width: '100px',
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
    width: '190px',
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
    width: '80px',
    sortBy: ({ counts }) => counts.failed,
    cell: (run) => numbers(run.counts.failed),
  },
  {
    key: 'speed',
    label: t('run.speed'),
    isNumber: true,
    width: '90px',
    cell: (run) => (isActive(run) ? formatSpeed(run.pagesPerSecond) : <span class="muted">{none}</span>),
  },
  {
    key: 'eta',
    label: t('run.eta'),
    isNumber: true,
    width: '130px',
    cell: (run) => (run.status === 'running' ? runEtaText(run) : <span class="muted">{none}</span>),
    title: ({ eta }) => etaBasis(eta) ?? undefined,
  },
  {
    key: 'changes',
    label: t('runs.column.changes'),
    isNumber: true,
    width: '130px',
    sortBy: ({ diff }) => (diff ? diff.added + diff.removed + diff.changed : null),
    cell: ({ id, diff }) =>
      diff ? (
        <a href={`/runs/${id}?tab=changes`} aria-label={t('runs.changes', { ...diff })}>
          +{formatNumber(diff.added)} −{formatNumber(diff.removed)} ~{formatNumber(diff.changed)}
        </a>
      ) : (
        <span class="muted">{none}</span>
      ),
    title: ({ diff }) => (diff ? t('runs.changes', { ...diff }) : undefined),
  },
  {
    key: 'quality',
    label: t('column.quality'),
    width: '100px',
    sortBy: ({ quality }) => (quality === undefined ? null : ['failed', 'warning', 'passed'].indexOf(quality.status)),
    cell: ({ quality }) => <QualityMark of={quality?.status} />,
    title: ({ quality }) => (quality === undefined ? undefined : qualityText(quality)),
  },
  {
    key: 'options',
    label: t('runs.column.options'),
    cell: ({ options, origin }) =>
      [
        options.dry_run && t('runForm.dryRun'),
        options.limit !== undefined && t('runs.limit', { n: options.limit }),
        options.skip_existing && t('runForm.skipExisting'),
        origin?.kind === 'schedule' && t('runs.bySchedule'),
      ]
        .filter(Boolean)
        .join(' · ') || <span class="muted">{none}</span>,
  },
]
