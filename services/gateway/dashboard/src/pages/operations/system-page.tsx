import type { Stats } from '@seine/client'
import { client } from '../../api.ts'
import { formatBytes, formatDuration, formatFullTime, formatNumber } from '../../format.ts'
import { t, tOr } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { may } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts, PageHead, Section } from '../../ui/layout.tsx'
import { Loaded } from '../../ui/states.tsx'
import { Audit } from './audit.tsx'

const everyMs = 10_000

export function SystemPage() {
  const stats = useResource('stats', () => client.stats(), { everyMs })
  const health = useResource('health', () => client.health(), { everyMs })
  return (
    <>
      <PageHead title={t('nav.system')} />
      <Loaded of={health}>
        {({ status, parts }) => (
          <div class="card">
            <Facts
              of={[
                [
                  t('system.health'),
                  <span key="health" class={status === 'healthy' ? 'good' : 'bad'}>
                    {t(`health.${status}`)}
                  </span>,
                ],
                ...Object.entries(parts).map(
                  ([name, part]) =>
                    [
                      tOr(`system.part.${name}`, name),
                      <span key={name} class={part.status === 'healthy' || part.status === 'ok' ? '' : 'bad'}>
                        {tOr(`health.${part.status}`, part.status)}
                      </span>,
                      part.reason ?? null,
                    ] as const,
                ),
              ]}
            />
          </div>
        )}
      </Loaded>
      <Loaded of={stats}>{(data) => <StatsView stats={data} />}</Loaded>
      {may('admin') && <Audit />}
    </>
  )
}

function StatsView({ stats }: { stats: Stats }) {
  const { pools, kinds, services, broker, database } = stats
  const now = Date.now()
  return (
    <>
      <Section title={t('system.services')}>
        <div class="panels narrow">
          {services.map(({ name, versions, replicas }) => (
            <div class="card" key={name}>
              <div class="line">
                <h3>{name}</h3>
                <span class={versions.length > 1 ? 'level warn' : 'muted'}>{versions.join(', ')}</span>
              </div>
              <span>{t('system.replicas', { n: replicas.length })}</span>
              <ul class="plain-list">
                {replicas.map(({ replica, startedAt, version }) => (
                  <li key={replica}>
                    <code>{replica.slice(0, 12)}</code>{' '}
                    <span class="muted" title={formatFullTime(startedAt)}>
                      {t('system.up', { time: formatDuration(Math.max(0, now - Date.parse(startedAt))) })}
                      {versions.length > 1 && ` · ${version}`}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </Section>
      <Section title={t('system.backlog')}>
        <div class="card">
          <Facts
            of={[
              [
                t('system.activeRuns'),
                formatNumber(stats.activeRuns),
                stats.pausedRuns > 0 ? t('system.paused', { n: stats.pausedRuns }) : null,
              ],
              ...Object.entries(pools).map(
                ([pool, { pending, leased }]) =>
                  [t('system.pool', { pool }), formatNumber(pending), t('system.leased', { n: leased })] as const,
              ),
              ...Object.entries(kinds).map(([kind, n]) => [tOr(`system.kind.${kind}`, kind), formatNumber(n)] as const),
            ]}
          />
        </div>
      </Section>
      <Section title={t('system.stores')}>
        <div class="card">
          <Facts
            of={[
              [t('system.broker'), broker.version, t('system.roundTrip', { ms: formatNumber(broker.roundTripMs, 1) })],
              [
                t('system.database'),
                formatBytes(database.sizeBytes),
                t('system.connections', { n: database.connections }),
              ],
            ]}
          />
        </div>
        <DataTable
          label={t('system.streams')}
          rows={broker.streams}
          columns={streamColumns()}
          keyOf={({ name }) => name}
          minWidth="580px"
        />
      </Section>
    </>
  )
}

const streamColumns = (): Column<Stats['broker']['streams'][number]>[] => [
  { key: 'name', label: t('system.stream'), sortBy: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
  {
    key: 'messages',
    label: t('system.messages'),
    width: '130px',
    isNumber: true,
    sortBy: ({ messages }) => messages,
    cell: ({ messages }) => formatNumber(messages),
  },
  {
    key: 'bytes',
    label: t('files.size'),
    width: '130px',
    isNumber: true,
    sortBy: ({ bytes }) => bytes,
    cell: ({ bytes }) => formatBytes(bytes),
  },
  {
    key: 'consumers',
    label: t('system.consumers'),
    width: '130px',
    isNumber: true,
    cell: ({ consumers }) => formatNumber(consumers),
  },
]
