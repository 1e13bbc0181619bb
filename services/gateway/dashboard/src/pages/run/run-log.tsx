import type { SeineEvent } from '@seine/contracts'
import { formatFullTime } from '../../format.ts'
import { t, tOr } from '../../i18n.ts'
import type { LogEntry } from '../../live/use-run.ts'
import { maxLogEntries } from '../../live/use-run.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { eventText } from './event-text.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

/** What happened, newest first, as it happens. */
export function RunLog({ log, isComplete }: { log: readonly LogEntry[]; isComplete: boolean }) {
  const level = query.value.get('level') ?? ''
  const type = query.value.get('type') ?? ''
  const site = query.value.get('q') ?? ''
  const least = levels.indexOf(level as (typeof levels)[number])
  const types = [...new Set(log.map(({ event }) => event.type))].sort()
  const rows = log
    .filter(
      ({ event }) =>
        levels.indexOf(event.level) >= least &&
        (type === '' || event.type === type) &&
        (site === '' || (event.site ?? '').includes(site.trim().toLowerCase())),
    )
    .reverse()
  return (
    <>
      <div class="filters">
        <SelectField
          label={t('log.level')}
          value={level}
          options={[['', t('filter.all')], ...levels.slice(1).map((name) => [name, t(`level.${name}`)] as const)]}
          onChange={(value) => setQuery({ level: value })}
        />
        <SelectField
          label={t('log.type')}
          value={type}
          options={[['', t('filter.all')], ...types.map((name) => [name, name] as const)]}
          onChange={(value) => setQuery({ type: value })}
        />
        <TextField label={t('filter.site')} type="search" value={site} onInput={(q) => setQuery({ q })} />
        <span class="count muted" role="status">
          {isComplete ? t('log.shown', { n: rows.length }) : t('log.reading')}
          {log.length >= maxLogEntries && ` · ${t('log.cut', { n: maxLogEntries })}`}
        </span>
      </div>
      <DataTable
        label={t('run.tab.log')}
        rows={rows}
        columns={columns()}
        keyOf={({ seq }) => String(seq)}
        minWidth="760px"
      />
    </>
  )
}

const columns = (): Column<LogEntry>[] => [
  {
    key: 'at',
    label: t('log.at'),
    width: '110px',
    cell: ({ event }) => <time title={formatFullTime(event.ts)}>{new Date(event.ts).toLocaleTimeString('en-GB')}</time>,
  },
  {
    key: 'level',
    label: t('log.levelOf'),
    width: '84px',
    cell: ({ event }) => <span class={`level ${event.level}`}>{t(`level.${event.level}`)}</span>,
  },
  {
    key: 'site',
    label: t('column.site'),
    width: '170px',
    cell: ({ event }) => (event.site === undefined ? '' : <a href={`/sites/${event.site}`}>{event.site}</a>),
  },
  { key: 'type', label: t('log.type'), width: '166px', cell: ({ event }) => <code>{event.type}</code> },
  { key: 'text', label: t('log.what'), cell: ({ event }) => textOf(event), title: ({ event }) => textOf(event) },
]

const textOf = (event: SeineEvent): string => eventText(event) ?? tOr(`event.${event.type}`, '')
