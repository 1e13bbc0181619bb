import type { SiteSummary } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatDuration, formatFullTime, formatTime, none } from '../../format.ts'
import { given } from '../../given.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { may } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { numbers, QualityMark, Status } from '../../ui/status.tsx'
import { NewSite } from './new-site.tsx'

const perPage = 100
const orders = ['name', '-last-run', '-pages', '-duration', '-updated'] as const

export function SitesPage() {
  const search = query.value.get('q') ?? ''
  const sort = orders.find((each) => each === query.value.get('sort')) ?? 'name'
  const enabled = query.value.get('enabled') ?? ''
  const policy = query.value.get('policy') ?? ''
  const page = Number(query.value.get('page') ?? 1)
  const [isAdding, add] = useState(false)
  const sites = useResource(`${search}:${sort}:${enabled}:${policy}:${page}`, () =>
    client.listSites({
      page,
      perPage,
      sort,
      ...given({ search: search.trim(), policy }),
      ...(enabled === '' ? {} : { enabled: enabled === 'true' }),
    }),
  )
  return (
    <>
      <PageHead title={t('nav.sites')}>
        {may('admin') && (
          <button type="button" onClick={() => add(true)}>
            {t('sites.add')}
          </button>
        )}
      </PageHead>
      <div class="filters">
        <TextField
          label={t('sites.search')}
          type="search"
          value={search}
          onInput={(q) => setQuery({ q, page: '' })}
          class="grow"
        />
        <SelectField
          label={t('sites.enabled')}
          value={enabled}
          options={[
            ['', t('filter.all')],
            ['true', t('sites.on')],
            ['false', t('sites.off')],
          ]}
          onChange={(value) => setQuery({ enabled: value, page: '' })}
        />
        <SelectField
          label={t('sites.sort')}
          value={sort}
          options={orders.map((order) => [order, t(`sites.sort.${order}`)])}
          onChange={(value) => setQuery({ sort: value === 'name' ? '' : value, page: '' })}
        />
        {policy !== '' && (
          <button type="button" onClick={() => setQuery({ policy: '', page: '' })}>
            {t('site.policy')}: {policy} ×
          </button>
        )}
      </div>
      <Loaded of={sites}>
        {({ data, pagination }) => (
          <>
            <DataTable
              label={t('nav.sites')}
              rows={data}
              columns={columns()}
              keyOf={({ name }) => name}
              minWidth="1180px"
              empty={<Empty title={t(search === '' ? 'sites.none' : 'sites.noneFound')} />}
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
      {isAdding && <NewSite onClose={() => add(false)} />}
    </>
  )
}

const muted = <span class="muted">{none}</span>

const columns = (): Column<SiteSummary>[] => [
  {
    key: 'name',
    label: t('column.site'),
    width: '150px',
    cell: ({ name }) => <a href={`/sites/${name}`}>{name}</a>,
    title: ({ name }) => name,
  },
  {
    key: 'url',
    label: t('site.startUrl'),
    cell: ({ startUrl }) => startUrl.replace(/^https?:\/\//, '').replace(/\/$/, ''),
    title: ({ startUrl }) => startUrl,
  },
  { key: 'group', label: t('site.group'), width: '90px', cell: ({ group }) => group ?? muted },
  { key: 'policy', label: t('site.policy'), width: '110px', cell: ({ policy }) => policy },
  {
    key: 'state',
    label: t('sites.lastRun'),
    width: '200px',
    cell: ({ lastRun, enabled }) =>
      lastRun === null ? (
        <span class="muted">{t(enabled ? 'sites.neverRan' : 'sites.off')}</span>
      ) : (
        <span class="status-more">
          <Status of={lastRun.status} />
          <a href={`/runs/${lastRun.runId}`}>{formatTime(lastRun.createdAt)}</a>
        </span>
      ),
    title: ({ lastRun }) =>
      lastRun === null ? undefined : [formatFullTime(lastRun.createdAt), lastRun.reason].filter(Boolean).join('\n'),
  },
  {
    key: 'duration',
    label: t('run.duration'),
    width: '96px',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun?.durationMs == null ? muted : formatDuration(lastRun.durationMs)),
  },
  {
    key: 'pages',
    label: t('column.pages'),
    width: '80px',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun === null ? muted : numbers(lastRun.counts.discovered)),
  },
  {
    key: 'failed',
    label: t('count.failed'),
    width: '76px',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun === null ? muted : numbers(lastRun.counts.failed)),
  },
  {
    key: 'changed',
    label: t('diff.changed'),
    width: '92px',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun?.diff == null ? muted : numbers(lastRun.diff.changed)),
  },
  {
    key: 'quality',
    label: t('column.quality'),
    width: '90px',
    cell: ({ lastRun }) => <QualityMark of={lastRun?.quality ?? null} />,
  },
]
