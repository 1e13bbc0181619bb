import type { ErrorGroup } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatFullTime, formatNumber, formatTime } from '../../format.ts'
import { given } from '../../given.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { may } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'

const services = ['scheduler', 'fetcher', 'exporter', 'gateway', 'dashboard', 'cli'] as const

/** Unexpected errors of services and of this page, one line a fault. */
export function ErrorsPage() {
  const page = Number(query.value.get('page') ?? 1)
  const state = query.value.get('state') ?? 'open'
  const service = query.value.get('service') ?? ''
  const errors = useResource(
    JSON.stringify([page, state, service]),
    () =>
      client.listErrors({
        page,
        perPage: 50,
        ...(state === 'all' ? {} : { state: state === 'resolved' ? 'resolved' : 'open' }),
        ...given({ service }),
      }),
    { everyMs: 15_000 },
  )
  const [shown, show] = useState<ErrorGroup | null>(null)
  const set = (name: string) => (value: string) => setQuery({ [name]: value, page: '' })
  const resolve = async (fingerprint: string) => {
    await attempt(() => client.resolveError(fingerprint), t('errors.resolved'))
    show(null)
    errors.reload()
  }
  return (
    <>
      <PageHead title={t('nav.errors')} />
      <div class="filters">
        <SelectField
          label={t('column.state')}
          value={state}
          options={[
            ['open', t('errors.state.open')],
            ['resolved', t('errors.state.resolved')],
            ['all', t('filter.all')],
          ]}
          onChange={(value) => set('state')(value === 'open' ? '' : value)}
        />
        <SelectField
          label={t('errors.service')}
          value={service}
          options={[['', t('filter.all')], ...services.map((name) => [name, name] as const)]}
          onChange={set('service')}
        />
      </div>
      <Loaded of={errors}>
        {({ data, pagination }) => (
          <>
            <DataTable
              label={t('nav.errors')}
              rows={data}
              columns={columns(show)}
              keyOf={({ fingerprint }) => fingerprint}
              minWidth="900px"
              empty={<Empty title={t('errors.none')}>{t('errors.noneHint')}</Empty>}
            />
            <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
          </>
        )}
      </Loaded>
      {shown !== null && (
        <Dialog title={shown.name} onClose={() => show(null)} isWide>
          <dl class="pairs">
            <dt>{t('errors.message')}</dt>
            <dd>{shown.message}</dd>
            <dt>{t('errors.service')}</dt>
            <dd>{shown.service}</dd>
            <dt>{t('errors.count')}</dt>
            <dd>{formatNumber(shown.count)}</dd>
            <dt>{t('errors.first')}</dt>
            <dd>{formatFullTime(shown.firstSeen)}</dd>
            <dt>{t('errors.last')}</dt>
            <dd>{formatFullTime(shown.lastSeen)}</dd>
            {Object.entries(shown.context).map(([name, value]) => (
              <Pair key={name} name={name} value={value} />
            ))}
            {shown.correlationId !== null && <Pair name={t('errors.correlation')} value={shown.correlationId} />}
          </dl>
          {shown.stack !== null && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by keyboard
            <pre tabIndex={0}>{shown.stack}</pre>
          )}
          <div class="actions end">
            <button type="button" onClick={() => show(null)}>
              {t('action.close')}
            </button>
            {may('run') && shown.state === 'open' && (
              <button type="button" class="primary" onClick={() => void resolve(shown.fingerprint)}>
                {t('errors.resolve')}
              </button>
            )}
          </div>
        </Dialog>
      )}
    </>
  )
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

const columns = (show: (group: ErrorGroup) => void): Column<ErrorGroup>[] => [
  {
    key: 'last',
    label: t('errors.last'),
    width: '150px',
    sortBy: ({ lastSeen }) => lastSeen,
    cell: ({ lastSeen }) => formatTime(lastSeen),
  },
  {
    key: 'service',
    label: t('errors.service'),
    width: '110px',
    sortBy: ({ service }) => service,
    cell: ({ service }) => service,
  },
  {
    key: 'level',
    label: t('log.levelOf'),
    width: '90px',
    cell: ({ level }) => <span class={`level ${level}`}>{t(`level.${level}`)}</span>,
  },
  {
    key: 'name',
    label: t('errors.name'),
    width: '180px',
    cell: (group) => (
      <button type="button" class="plain" onClick={() => show(group)}>
        {group.name}
      </button>
    ),
  },
  { key: 'message', label: t('errors.message'), cell: ({ message }) => message, title: ({ message }) => message },
  {
    key: 'count',
    label: t('errors.count'),
    width: '80px',
    isNumber: true,
    sortBy: ({ count }) => count,
    cell: ({ count }) => formatNumber(count),
  },
  { key: 'state', label: t('column.state'), width: '100px', cell: ({ state }) => t(`errors.state.${state}`) },
]
