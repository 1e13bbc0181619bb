import type { ChangeTopic, ListedChange } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatFullTime, formatMove, formatNumber, formatTime, none } from '../../format.ts'
import { given } from '../../given.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt, say } from '../../ui/toasts.tsx'
import { ChangeValue } from './change-value.tsx'
import { csvOf, saveFile } from './csv.ts'

const topics = [
  'price',
  'stock',
  'added',
  'removed',
  'product',
  'moved',
  'seo',
] as const satisfies readonly ChangeTopic[]
const periods = { day: 1, week: 7, month: 30, quarter: 91 } as const
type Period = keyof typeof periods
const perPage = 100
/** Rows of an export: more than this is better read from diff.csv. */
const maxExported = 10_000

/** The page's own filter as the API takes it. */
function wanted() {
  const of = (name: string) => query.value.get(name) ?? ''
  const period = (of('period') || 'week') as Period
  // To the minute: the same request for a while, and the same answer for all pages of it.
  const fromMs = Math.floor(Date.now() / 60_000) * 60_000 - (periods[period] ?? 7) * 86_400_000
  const span = of('run') === '' ? { from: new Date(fromMs).toISOString() } : { run: of('run') }
  const kind = topics.find((each) => each === of('topic'))
  return { ...span, ...given({ site: of('site').trim() }), ...(kind === undefined ? {} : { kind }) }
}

export function ChangesPage() {
  const page = Number(query.value.get('page') ?? 1)
  const run = query.value.get('run') ?? ''
  const topic = query.value.get('topic') ?? ''
  const filter = wanted()
  const changes = useResource(JSON.stringify([filter, page]), () => client.listChanges({ ...filter, page, perPage }))
  const { kind: _, ...span } = filter
  const counted = useResource(JSON.stringify(span), () => client.countChanges(span))
  const runs = useResource('runs', () => client.listRuns({ perPage: 50, status: 'completed' }))
  const set = (name: string) => (value: string) => setQuery({ [name]: value, page: '' })
  const knownRuns = runs.data?.data ?? []
  return (
    <>
      <PageHead title={t('nav.changes')}>
        <button
          type="button"
          onClick={() => void attempt(exportShown)}
          disabled={changes.data === undefined || changes.data.data.length === 0}
        >
          {t('changes.export')}
        </button>
      </PageHead>
      <div class="filters">
        <SelectField
          label={t('changes.of')}
          value={run === '' ? (query.value.get('period') ?? 'week') : run}
          options={[
            ...(Object.keys(periods) as Period[]).map((each) => [each, t(`changes.period.${each}`)] as const),
            ...(run !== '' && !knownRuns.some(({ id }) => id === run) ? [[run, t('changes.thisRun')] as const] : []),
            ...knownRuns.map(({ id, createdAt }) => [id, t('run.title', { at: formatTime(createdAt) })] as const),
          ]}
          onChange={(value) =>
            setQuery(value in periods ? { period: value, run: '', page: '' } : { run: value, period: '', page: '' })
          }
        />
        <TextField
          label={t('column.site')}
          type="search"
          value={query.value.get('site') ?? ''}
          onInput={set('site')}
          placeholder={t('changes.siteName')}
        />
        <SelectField
          label={t('changes.topic')}
          value={topic}
          options={[
            ['', t('filter.all')],
            ...topics.map((each) => {
              const n = counted.data === undefined ? undefined : (counted.data.kinds[each] ?? 0)
              return [
                each,
                n === undefined ? t(`topic.${each}`) : `${t(`topic.${each}`)} (${formatNumber(n)})`,
              ] as const
            }),
          ]}
          onChange={set('topic')}
        />
      </div>
      <Loaded of={changes}>
        {({ data, pagination }) => (
          <>
            <DataTable
              label={t('nav.changes')}
              rows={data}
              columns={columns()}
              keyOf={({ runId, pageId, change, field }) => `${runId}:${pageId}:${change}:${field}`}
              minWidth="1200px"
              empty={<Empty title={t('changes.none')}>{t('changes.noneHint')}</Empty>}
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
    </>
  )
}

const columns = (): Column<ListedChange>[] => [
  { key: 'topic', label: t('changes.topic'), width: '120px', cell: ({ topic }) => t(`topic.${topic}`) },
  { key: 'site', label: t('column.site'), width: '140px', cell: ({ site }) => <a href={`/sites/${site}`}>{site}</a> },
  {
    key: 'page',
    label: t('changes.page'),
    cell: ({ site, pageId, name, url }) => <a href={`/sites/${site}/pages/${pageId}`}>{name ?? url}</a>,
    title: ({ name, url }) => [name, url].filter(Boolean).join('\n'),
  },
  {
    key: 'field',
    label: t('changes.field'),
    width: '150px',
    cell: ({ field, reason }) => field ?? reason ?? <span class="muted">{none}</span>,
    title: ({ field, reason }) => field ?? reason ?? undefined,
  },
  {
    key: 'value',
    label: t('changes.what'),
    width: '300px',
    cell: (change) => <ChangeValue of={change} />,
    title: ({ old, new: now }) => `${old ?? none} → ${now ?? none}`,
  },
  {
    key: 'move',
    label: t('changes.move'),
    width: '110px',
    isNumber: true,
    cell: ({ percent }) => (percent === null ? '' : formatMove(percent)),
  },
  {
    key: 'at',
    label: t('changes.when'),
    width: '150px',
    cell: ({ at, runId }) => <a href={`/runs/${runId}`}>{formatTime(at)}</a>,
    title: ({ at }) => formatFullTime(at),
  },
]

/** Everything that the filter lets through, not the page that is seen alone. */
async function exportShown(): Promise<void> {
  const filter = wanted()
  const rows: ListedChange[] = []
  let total = 0
  for (let page = 1; rows.length < maxExported; page++) {
    const { data, pagination } = await client.listChanges({ ...filter, page, perPage: 200 })
    rows.push(...data)
    total = pagination.total
    if (page >= pagination.total_pages) break
  }
  const head = [
    'Site',
    'URL',
    'Name',
    'Topic',
    'Change',
    'Field',
    'Old',
    'New',
    'Difference',
    'Percent',
    'Currency',
    'Reason',
    'Run',
    'At',
  ]
  const body = rows.map((row) => [
    ...[row.site, row.url, row.name, row.topic, row.change, row.field, row.old, row.new],
    ...[row.difference, row.percent, row.currency, row.reason, row.runId, row.at],
  ])
  saveFile('changes.csv', csvOf([head, ...body]))
  // What is not in the file is said: it stays until it is read.
  if (total > rows.length) say('failed', t('changes.cut', { n: rows.length, total }))
}
