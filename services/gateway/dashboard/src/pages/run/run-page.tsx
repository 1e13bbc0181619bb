import type { RunDetail } from '@seine/client'
import type { SeineEvent } from '@seine/contracts'
import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatBytes, formatDuration, formatFullTime, formatNumber, formatSpeed, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { Others, usePresence } from '../../live/presence.tsx'
import { type RunSample, seriesOf } from '../../live/run-series.ts'
import { useRun } from '../../live/use-run.ts'
import { query } from '../../router.ts'
import { may } from '../../session.ts'
import { Chart } from '../../ui/chart.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { Facts, PageHead, Tabs } from '../../ui/layout.tsx'
import { Loaded, Loading } from '../../ui/states.tsx'
import {
  doneOf,
  durationOf,
  etaBasis,
  Progress,
  QualityMark,
  qualityText,
  runEtaText,
  Status,
} from '../../ui/status.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { useNow } from '../../ui/use-now.ts'
import { CompareForm } from '../compare/compare-form.tsx'
import { sitesOf } from '../runs/run-columns.tsx'
import { Phases } from './phases.tsx'
import { RunChanges } from './run-changes.tsx'
import { RunFiles } from './run-files.tsx'
import { RunLog } from './run-log.tsx'
import { SiteTable } from './site-table.tsx'

export type RunEventType = SeineEvent['type']

export function RunPage({ params }: { params: Record<string, string> }) {
  const id = params.id!
  const { resource, view, samples, log, isLogComplete } = useRun(id)
  const { others } = usePresence(`run.${id}`)
  const tab = query.value.get('tab') ?? 'sites'
  return (
    <Loaded of={{ ...resource, data: view?.run }} head={<PageHead title={t('downloads.run')} />}>
      {(run) => (
        <>
          <RunHead run={run} reload={resource.reload} others={<Others members={others} />} />
          <Summary run={run} />
          <Phases run={run} />
          <Charts samples={samples} />
          <Tabs
            label={t('run.tabs')}
            tabs={(['sites', 'log', 'files', 'changes'] as const).map((name) => [
              `/runs/${id}${name === 'sites' ? '' : `?tab=${name}`}`,
              t(`run.tab.${name}`),
              tab === name,
            ])}
          />
          {view === undefined ? (
            <Loading />
          ) : tab === 'log' ? (
            <RunLog log={log} isComplete={isLogComplete} />
          ) : tab === 'files' ? (
            <RunFiles run={run} />
          ) : tab === 'changes' ? (
            <RunChanges run={run} sites={[...view.sites.values()]} />
          ) : (
            <SiteTable run={run} sites={[...view.sites.values()]} reload={resource.reload} />
          )}
        </>
      )}
    </Loaded>
  )
}

function RunHead({ run, reload, others }: { run: RunDetail; reload: () => void; others: ComponentChildren }) {
  const { id, status } = run
  const act = async (work: () => Promise<unknown>, done: string) => {
    await attempt(work, done)
    reload()
  }
  const cancel = async () => {
    const { pending } = run.counts
    const text = t('run.cancelText', { n: pending })
    if (await confirm({ title: t('run.cancelTitle'), text, action: t('run.cancel') }))
      await act(() => client.cancelRun(id), t('run.cancelled'))
  }
  const reextract = async () => {
    const asked = { title: t('run.reextractTitle'), text: t('run.reextractText'), action: t('run.reextractDo') }
    if (await confirm(asked)) await act(() => client.reextractRun(id), t('run.reextracting'))
  }
  const isOver = run.finishedAt !== null
  const isStored = run.sites.some(
    ({ storedPages, releasedAt }) => (storedPages?.stored ?? 0) > 0 && releasedAt === undefined,
  )
  const [isComparing, compare] = useState(false)
  return (
    <PageHead
      title={t('run.title', { at: formatTime(run.createdAt) })}
      windowTitle={`${t(`status.${status}`)} · ${t('run.title', { at: formatTime(run.createdAt) })}`}
      above={<a href="/runs">{t('runs.title')}</a>}
      beside={
        <>
          <Status of={status} />
          {run.options.dry_run && <span class="tag">{t('runForm.dryRun')}</span>}
          {others}
        </>
      }
    >
      {may('run') && status === 'running' && (
        <button type="button" onClick={() => void act(() => client.pauseRun(id), t('run.paused'))}>
          {t('run.pause')}
        </button>
      )}
      {may('run') && (status === 'paused' || status === 'cancelled' || status === 'failed') && (
        <button type="button" onClick={() => void act(() => client.resumeRun(id), t('run.resumed'))}>
          {t('run.resume')}
        </button>
      )}
      {may('run') && !isOver && (
        <button type="button" class="danger" onClick={() => void cancel()}>
          {t('run.cancel')}
        </button>
      )}
      {may('run') && isOver && run.counts.failed > 0 && (
        <button
          type="button"
          onClick={() => void act(() => client.retryRun(id, { failuresOnly: true }), t('run.retrying'))}
        >
          {t('run.retryFailures')}
        </button>
      )}
      {may('run') && isOver && isStored && (
        <button type="button" onClick={() => void reextract()}>
          {t('run.reextract')}
        </button>
      )}
      {may('run') && isOver && (
        <button type="button" onClick={() => compare(true)}>
          {t('compare.open')}
        </button>
      )}
      {isComparing && <CompareForm run={run} onClose={() => compare(false)} />}
      {run.archive !== null && (
        <a class="button primary" href={`/api/bulk-runs/${id}/archive`} download={`seine-${id}.zip`}>
          {t('run.archive', { size: formatBytes(run.archive.sizeBytes) })}
        </a>
      )}
      {run.archiveParts?.slice(1).map(({ path, sizeBytes }, index) => (
        <a key={path} class="button" href={`/api/bulk-runs/${id}/archive?part=${index + 2}`} download>
          {t('run.archivePart', { n: index + 2, size: formatBytes(sizeBytes) })}
        </a>
      ))}
    </PageHead>
  )
}

function Summary({ run }: { run: RunDetail }) {
  const isOver = run.finishedAt !== null
  const nowMs = useNow(isOver ? null : 1_000)
  const { counts, siteCounts } = run
  const ended = sitesOf(run) - (siteCounts.running ?? 0) - (siteCounts.waiting ?? 0)
  const took = run.startedAt === null ? 0 : Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt)
  const meanSpeed = isOver && took > 0 ? (doneOf(counts) / took) * 1000 : null
  return (
    <div class="summary">
      <div class="total">
        <span class="big">
          {formatNumber(doneOf(counts))}
          <span class="of"> / {t('run.pagesOf', { n: counts.discovered })}</span>
        </span>
        <Progress counts={counts} isRunning={!isOver} label={t('run.progress')} />
        {run.reason !== null && <div class="reason">{run.reason}</div>}
      </div>
      <Facts
        of={[
          [t('count.ok'), formatNumber(counts.ok)],
          [t('count.unchanged'), formatNumber(counts.unchanged)],
          [t('count.failed'), <span class={counts.failed > 0 ? 'bad' : ''}>{formatNumber(counts.failed)}</span>],
          [t('count.skipped'), formatNumber(counts.skipped)],
          [
            t('run.sites'),
            `${isOver ? '' : `${formatNumber(ended)} / `}${formatNumber(sitesOf(run))}`,
            (siteCounts.failed ?? 0) > 0 ? t('runs.sitesFailed', { n: siteCounts.failed ?? 0 }) : null,
          ],
          meanSpeed === null
            ? [t('run.speed'), formatSpeed(run.pagesPerSecond)]
            : [t('run.meanSpeed'), formatSpeed(meanSpeed)],
          [t('run.bytes'), formatBytes(run.bytes)],
          ...(run.quality === undefined
            ? []
            : [
                [
                  t('column.quality'),
                  <QualityMark key="quality" of={run.quality.status} />,
                  qualityText(run.quality),
                ] as const,
              ]),
          [t('run.duration'), durationOf(run, nowMs), isOver ? formatFullTime(run.finishedAt!) : null],
          ...(isOver
            ? []
            : [
                [
                  t('run.eta'),
                  run.status === 'paused' ? t('eta.paused') : runEtaText(run),
                  run.status === 'paused' ? null : etaBasis(run.eta),
                ] as const,
              ]),
        ]}
      />
    </div>
  )
}

function Charts({ samples }: { samples: readonly RunSample[] }) {
  const { times, speed, failuresPerMinute } = useMemo(() => seriesOf(samples), [samples])
  const top = Math.max(0, ...speed)
  // Of a run that asks for no page there is nothing to draw.
  if (samples.length < 2 || top === 0) return null
  const failures = samples.at(-1)!.failed
  const span = formatDuration((times.at(-1)! - times[0]!) * 1000)
  return (
    <div class="charts">
      <Chart
        title={t('run.chart.speed')}
        summary={t('run.chart.speedSummary', { top: formatSpeed(top), span })}
        times={times}
        series={[{ name: t('run.speed'), color: '--accent', values: speed }]}
        heightPx={120}
        digits={1}
      />
      <Chart
        title={t('run.chart.failures')}
        summary={t('run.chart.failuresSummary', { n: failures })}
        times={times}
        series={[{ name: t('run.chart.failures'), color: '--bad', values: failuresPerMinute }]}
        heightPx={120}
        digits={1}
      />
    </div>
  )
}
