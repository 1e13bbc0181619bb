import type { ApiKey } from '@seine/client'
import { client } from '../../api.ts'
import { formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import type { Resource } from '../../resource.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { Section } from '../../ui/layout.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { roles } from './access-roles.ts'

/** Keys for programs. */
export function ApiKeys({ keys, onAdd }: { keys: Resource<{ data: ApiKey[] }>; onAdd: () => void }) {
  const revoke = async ({ id, name }: ApiKey) => {
    const asked = { title: t('keys.revokeTitle', { name }), text: t('keys.revokeText'), action: t('keys.revoke') }
    if (!(await confirm(asked))) return
    await attempt(() => client.revokeKey(id), t('keys.revoked'))
    keys.reload()
  }
  return (
    <Section
      title={t('keys.title')}
      beside={
        <button type="button" onClick={onAdd}>
          {t('keys.add')}
        </button>
      }
    >
      <Loaded of={keys}>
        {({ data }) => (
          <DataTable
            label={t('keys.title')}
            rows={data}
            columns={columns(revoke)}
            keyOf={({ id }) => id}
            minWidth="1000px"
            empty={<Empty title={t('keys.none')}>{t('keys.noneHint')}</Empty>}
          />
        )}
      </Loaded>
    </Section>
  )
}

const columns = (revoke: (key: ApiKey) => Promise<void>): Column<ApiKey>[] => [
  {
    key: 'name',
    label: t('schedules.name'),
    sortBy: ({ name }) => name,
    cell: ({ name }) => name,
    title: ({ name }) => name,
  },
  { key: 'id', label: t('keys.id'), width: '130px', cell: ({ id }) => <code>{id}</code> },
  {
    key: 'scope',
    label: t('keys.scope'),
    width: '190px',
    sortBy: ({ scope }) => roles.indexOf(scope),
    cell: ({ scope }) => t(`access.${scope}`),
  },
  { key: 'by', label: t('keys.by'), width: '130px', cell: ({ createdBy }) => createdBy },
  {
    key: 'used',
    label: t('keys.used'),
    width: '124px',
    sortBy: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('never') : formatTime(lastUsedAt)),
  },
  {
    key: 'expires',
    label: t('keys.expires'),
    width: '124px',
    sortBy: ({ expiresAt }) => expiresAt,
    cell: ({ expiresAt }) => (expiresAt === null ? t('never') : formatTime(expiresAt)),
  },
  {
    key: 'revoke',
    label: t('column.actions'),
    width: '110px',
    cell: (key) => (
      <button
        type="button"
        class="plain"
        onClick={() => void revoke(key)}
        aria-label={t('keys.revokeOf', { name: key.name })}
      >
        {t('keys.revoke')}
      </button>
    ),
  },
]
