import type { Run, SeineEvent } from '@seine/contracts'
import { useEffect, useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { given } from '../../given.ts'
import { t } from '../../i18n.ts'
import { live } from '../../live/live-connection.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { may } from '../../session.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { SelectField } from '../../ui/field.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { doneOf } from '../../ui/status.tsx'
import { useNow } from '../../ui/use-now.ts'
import { CompareBar } from '../compare/compare-bar.tsx'
import { isActive, runColumns } from './run-columns.tsx'
import { RunForm } from './run-form.tsx'

const perPage = 50
const statuses = ['', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const

export function RunsPage() {
  const status = statuses.find((each) => each === query.value.get('status')) ?? ''
  const page = Number(query.value.get('page') ?? 1)
  const [isAsking, ask] = useState(query.value.has('new'))
  const [chosen, setChosen] = useState<readonly string[]>([])
  const runs = useResource(`${status}:${page}`, () => client.listRuns({ page, perPage, ...given({ status }) }), {
    everyMs: ({ data }) => (data.some(isActive) && live.peek()?.state().phase !== 'open' ? 4_000 : 20_000),
  })
  const progress = useRunProgress(runs.reload)
  const shown = runs.data?.data.map((run) => withProgress(run, progress))
  const nowMs = useNow(shown?.some(isActive) === true ? 1_000 : null)
  // A third one takes the place of the first.
  const choose = (id: string, isChosen: boolean) =>
    setChosen((before) => (isChosen ? [...before, id].slice(-2) : before.filter((each) => each !== id)))
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
        <CompareBar chosen={chosen} onClear={() => setChosen([])} />
      </div>
      <Loaded of={runs}>
        {({ pagination }) => (
          <>
            <DataTable
              label={t('runs.title')}
              rows={shown ?? []}
              columns={runColumns(shown ?? [], nowMs, may('run') ? { chosen, choose } : null)}
              keyOf={({ id }) => id}
              isSelected={({ id }) => chosen.includes(id)}
              minWidth="1080px"
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
