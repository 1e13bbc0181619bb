import type { Role, User } from '@seine/client'
import { client } from '../../api.ts'
import { formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import type { Resource } from '../../resource.ts'
import { session } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { Section } from '../../ui/layout.tsx'
import { Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { roleOptions } from './access-roles.ts'

/** People who may sign in. */
export function People({ users, onAdd }: { users: Resource<{ data: User[] }>; onAdd: () => void }) {
  const remove = async ({ name }: User) => {
    const asked = {
      title: t('users.removeTitle', { name }),
      text: t('users.removeText'),
      action: t('action.remove'),
    }
    if (!(await confirm(asked))) return
    await attempt(() => client.removeUser(name), t('action.removed'))
    users.reload()
  }
  const changeRole = async (name: string, role: Role) => {
    await attempt(() => client.changeUser(name, { role }), t('action.saved'))
    users.reload()
  }
  return (
    <Section
      title={t('users.title')}
      beside={
        <button type="button" onClick={onAdd}>
          {t('users.add')}
        </button>
      }
    >
      <Loaded of={users}>
        {({ data }) => (
          <DataTable
            label={t('users.title')}
            rows={data}
            columns={columns(changeRole, remove)}
            keyOf={({ name }) => name}
            minWidth="780px"
          />
        )}
      </Loaded>
    </Section>
  )
}

const columns = (
  changeRole: (name: string, role: Role) => Promise<void>,
  remove: (user: User) => Promise<void>,
): Column<User>[] => {
  const me = session.value.state === 'signed-in' ? session.value.name : ''
  return [
    { key: 'name', label: t('session.name'), sortBy: ({ name }) => name, cell: ({ name }) => name },
    {
      key: 'role',
      label: t('keys.scope'),
      width: '260px',
      cell: ({ name, role }) =>
        name === me ? (
          t(`access.${role}`)
        ) : (
          <select
            aria-label={t('users.roleOf', { name })}
            value={role}
            onChange={(event) => void changeRole(name, event.currentTarget.value as Role)}
          >
            {roleOptions().map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        ),
    },
    { key: 'since', label: t('users.since'), width: '170px', cell: ({ createdAt }) => formatTime(createdAt) },
    {
      key: 'remove',
      label: t('column.actions'),
      width: '110px',
      cell: (user) =>
        user.name === me ? null : (
          <button
            type="button"
            class="plain"
            onClick={() => void remove(user)}
            aria-label={t('users.removeOf', { name: user.name })}
          >
            {t('action.remove')}
          </button>
        ),
    },
  ]
}
