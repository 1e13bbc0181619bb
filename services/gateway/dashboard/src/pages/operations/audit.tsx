import type { AuditEntry } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatFullTime, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/layout.tsx'
import { More } from '../../ui/more.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'

/** Who did what, the latest first. */
export function Audit() {
  const audit = useResource('audit', () => client.listAudit({ perPage: 50 }), { everyMs: 30_000 })
  return (
    <Section title={t('audit.title')}>
      <Loaded of={audit}>
        {({ data }) => (
          <DataTable
            label={t('audit.title')}
            rows={data}
            columns={columns()}
            keyOf={({ id }) => id}
            minWidth="760px"
            empty={<Empty title={t('audit.none')} />}
          />
        )}
      </Loaded>
    </Section>
  )
}

const columns = (): Column<AuditEntry>[] => [
  {
    key: 'at',
    label: t('log.at'),
    width: '160px',
    cell: ({ at }) => formatTime(at),
    title: ({ at }) => formatFullTime(at),
  },
  { key: 'actor', label: t('audit.actor'), width: '150px', cell: ({ actor }) => actor, title: ({ actor }) => actor },
  { key: 'action', label: t('audit.action'), width: '160px', cell: ({ action }) => <code>{action}</code> },
  {
    key: 'subject',
    label: t('audit.subject'),
    width: '220px',
    cell: ({ action, subject }) =>
      action.startsWith('run.') ? (
        <a href={`/runs/${subject}`}>{t('audit.run', { id: subject.slice(0, 8) })}</a>
      ) : (
        subject
      ),
    title: ({ subject }) => subject,
  },
  {
    key: 'details',
    label: t('audit.details'),
    cell: ({ action, details }) => {
      const lines = Object.entries(details).map(([name, value]) => [name, textOf(value)] as const)
      const short = lines.map(([name, value]) => `${name}: ${value}`).join(' · ')
      return short.length <= maxShownChars ? (
        short
      ) : (
        <More of={{ title: action, lines }}>{short.slice(0, maxShownChars)}…</More>
      )
    },
  },
]

/** Of the details in a row; what is longer is a press away. */
const maxShownChars = 60

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
