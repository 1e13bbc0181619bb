import type { Downloadable } from '@seine/client'
import { client } from '../../api.ts'
import { formatBytes, formatFullTime, formatNumber, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { PageHead, Section } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { doneOf, Progress, runEtaText, Status } from '../../ui/status.tsx'

const perPage = 100
const files = [
  'reports.zip',
  'full.csv',
  'seo.csv',
  'diff.csv',
  'issues.csv',
  'report.json',
  'snapshot.ndjson.zst',
] as const

export function DownloadsPage() {
  const page = Number(query.value.get('page') ?? 1)
  const file = query.value.get('file') ?? 'reports.zip'
  const site = (query.value.get('site') ?? '').trim()
  const found = useResource(JSON.stringify([page, file, site]), () =>
    client.listArtifacts({
      page,
      perPage,
      ...(file === 'all' ? {} : { file }),
      ...(site === '' ? {} : { site }),
    }),
  )
  const set = (name: string) => (value: string) => setQuery({ [name]: value, page: '' })
  return (
    <>
      <PageHead title={t('nav.downloads')} />
      <ActiveRuns />
      <div class="filters">
        <SelectField
          label={t('files.file')}
          value={file}
          options={[
            ['reports.zip', t('downloads.archives')],
            ['all', t('downloads.all')],
            ...files.slice(1).map((name) => [name, name] as const),
          ]}
          onChange={(value) => set('file')(value === 'reports.zip' ? '' : value)}
        />
        <TextField
          label={t('column.site')}
          type="search"
          value={query.value.get('site') ?? ''}
          onInput={(value) =>
            setQuery({ site: value, page: '', ...(file === 'reports.zip' && value !== '' ? { file: 'all' } : {}) })
          }
          placeholder={t('changes.siteName')}
        />
      </div>
      <Loaded of={found}>
        {({ data, pagination }) => (
          <>
            <DataTable
              label={t('nav.downloads')}
              rows={data}
              columns={columns()}
              keyOf={({ href }) => href}
              minWidth="860px"
              empty={<Empty title={t('files.none')}>{t('downloads.noneHint')}</Empty>}
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
    </>
  )
}

/** Runs whose archive is still to come. */
function ActiveRuns() {
  const runs = useResource('active', () => client.listRuns({ status: ['running', 'paused', 'waiting'], perPage: 20 }), {
    everyMs: 4_000,
  })
  const active = runs.data?.data ?? []
  if (active.length === 0) return null
  return (
    <Section title={t('downloads.coming')}>
      {active.map((run) => (
        <div class="card row" key={run.id}>
          <a href={`/runs/${run.id}`}>{t('run.title', { at: formatTime(run.createdAt) })}</a>
          <Status of={run.status} />
          <Progress counts={run.counts} isRunning={run.status === 'running'} label={t('run.progress')} />
          <span>
            {formatNumber(doneOf(run.counts))} / {t('run.pagesOf', { n: run.counts.discovered })}
          </span>
          <span class="muted">{run.status === 'running' ? `${t('run.eta')}: ${runEtaText(run)}` : ''}</span>
        </div>
      ))}
    </Section>
  )
}

const columns = (): Column<Downloadable>[] => [
  {
    key: 'file',
    label: t('files.file'),
    width: '190px',
    cell: ({ file, href, runId }) => (
      <a href={href} download={file === 'reports.zip' ? `seine-${runId}.zip` : file}>
        {file}
      </a>
    ),
  },
  {
    key: 'run',
    label: t('downloads.run'),
    width: '150px',
    cell: ({ runId, createdAt }) => <a href={`/runs/${runId}`}>{formatTime(createdAt)}</a>,
    title: ({ createdAt, runId }) => `${formatFullTime(createdAt)} · ${runId}`,
  },
  {
    key: 'site',
    label: t('column.site'),
    cell: ({ site }) =>
      site === null ? <span class="muted">{t('files.wholeRun')}</span> : <a href={`/sites/${site}`}>{site}</a>,
  },
  {
    key: 'size',
    label: t('files.size'),
    width: '110px',
    isNumber: true,
    cell: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    key: 'sha',
    label: 'SHA-256',
    width: '170px',
    cell: ({ sha256 }) => <code>{sha256.slice(0, 16)}…</code>,
    title: ({ sha256 }) => sha256,
  },
]
