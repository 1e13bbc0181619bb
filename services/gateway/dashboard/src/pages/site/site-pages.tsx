import type { SitePage } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatPrice, formatTime, none } from '../../format.ts'
import { given } from '../../given.ts'
import { t, tOr } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { reasonText } from '../../ui/status.tsx'

const states = ['', 'ok', 'failed', 'skipped', 'gone', 'not-checked'] as const
const statuses = ['', '2xx', '3xx', '4xx', '5xx', 'none'] as const
const orders = ['url', '-changed', 'price', '-price'] as const
const perPage = 100

/** Pages of the site as its last export left them. */
export function SitePages({ site }: { site: string }) {
  const filter = (name: string) => query.value.get(name) ?? ''
  const page = Number(filter('page') || 1)
  const wanted = {
    search: filter('q').trim(),
    state: oneOf(states, filter('state')),
    status: oneOf(statuses, filter('status')),
    issue: filter('issue'),
    changed: filter('changed') === '' ? ('' as const) : filter('changed') === 'true',
    sort: oneOf(orders, filter('sort')) || ('' as const),
  }
  const pages = useResource(JSON.stringify([wanted, page]), () =>
    client.listPages(site, { ...given(wanted), page, perPage }),
  )
  const set = (name: string) => (value: string) => setQuery({ [name]: value, page: '' })
  const isFiltered = Object.values(wanted).some((value) => value !== '')
  return (
    <>
      <div class="filters">
        <TextField label={t('pages.search')} type="search" value={filter('q')} onInput={set('q')} class="grow" />
        <SelectField
          label={t('column.state')}
          value={wanted.state}
          options={states.map((each) => [each, each === '' ? t('filter.all') : t(`page.state.${each}`)])}
          onChange={set('state')}
        />
        <SelectField
          label={t('page.status')}
          value={wanted.status}
          options={statuses.map((each) => [
            each,
            each === '' ? t('filter.all') : each === 'none' ? t('page.noAnswer') : each,
          ])}
          onChange={set('status')}
        />
        <SelectField
          label={t('pages.changed')}
          value={filter('changed')}
          options={[
            ['', t('filter.all')],
            ['true', t('yes')],
            ['false', t('no')],
          ]}
          onChange={set('changed')}
        />
        <TextField label={t('pages.issue')} value={wanted.issue} onInput={set('issue')} placeholder="title-missing" />
        <SelectField
          label={t('sites.sort')}
          value={wanted.sort || 'url'}
          options={orders.map((each) => [each, t(`pages.sort.${each}`)])}
          onChange={(value) => set('sort')(value === 'url' ? '' : value)}
        />
      </div>
      <Loaded of={pages}>
        {({ data, pagination }) => (
          <>
            <DataTable
              label={t('site.tab.pages')}
              rows={data}
              columns={columns(site)}
              keyOf={({ id }) => id}
              minWidth="960px"
              empty={
                <Empty title={t(isFiltered ? 'pages.noneFound' : 'pages.none')}>
                  {isFiltered ? '' : t('pages.noneHint')}
                </Empty>
              }
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
    </>
  )
}

const oneOf = <T extends string>(values: readonly T[], value: string): T | '' =>
  values.find((each) => each === value) ?? ''

/** The part of an address that tells pages of one site apart. */
const shortUrl = (url: string): string => {
  const parsed = URL.parse(url)
  return parsed === null ? url : parsed.pathname + parsed.search
}

const columns = (site: string): Column<SitePage>[] => [
  {
    key: 'url',
    label: t('page.url'),
    cell: ({ id, url }) => <a href={`/sites/${site}/pages/${id}`}>{shortUrl(url)}</a>,
    title: ({ url }) => url,
  },
  {
    key: 'title',
    label: t('page.title'),
    cell: ({ name, title }) => name ?? title ?? <span class="muted">{none}</span>,
    title: ({ name, title }) => name ?? title ?? undefined,
  },
  {
    key: 'state',
    label: t('column.state'),
    width: '220px',
    cell: ({ state, reason }) =>
      state === 'ok'
        ? t('page.state.ok')
        : `${t(`page.state.${state}`)}${reason === '' ? '' : ` · ${reasonText(reason)}`}`,
    title: ({ reason }) => reason || undefined,
  },
  {
    key: 'status',
    label: t('page.status'),
    width: '70px',
    isNumber: true,
    cell: ({ status }) => (status === 0 ? none : status),
  },
  {
    key: 'price',
    label: t('page.price'),
    width: '110px',
    isNumber: true,
    cell: ({ price, currency }) => (price === null ? <span class="muted">{none}</span> : formatPrice(price, currency)),
  },
  {
    key: 'availability',
    label: t('page.availability'),
    width: '120px',
    cell: ({ availability }) =>
      availability === null ? <span class="muted">{none}</span> : tOr(`availability.${availability}`, availability),
  },
  {
    key: 'issues',
    label: t('page.issues'),
    width: '80px',
    isNumber: true,
    cell: ({ id, issues }) =>
      issues.length === 0 ? <span class="muted">0</span> : <a href={`/sites/${site}/pages/${id}`}>{issues.length}</a>,
    title: ({ issues }) => issues.join(', ') || undefined,
  },
  {
    key: 'changed',
    label: t('pages.changedAt'),
    width: '130px',
    cell: ({ changed }) => (changed === null ? <span class="muted">{none}</span> : formatTime(changed.at)),
    title: ({ changed }) => changed?.changes.join(', '),
  },
]
