import type { ApiKey, Role, User } from '@seine/client'
import { useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { session } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { confirm, Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { PageHead, Section } from '../../ui/layout.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt, say } from '../../ui/toasts.tsx'

const roles = ['read', 'run', 'admin'] as const
const roleOptions = () => roles.map((role) => [role, t(`access.${role}`)] as const)

/** Who and what may ask: people, and keys for programs. */
export function KeysPage() {
  const keys = useResource('keys', () => client.listKeys({ perPage: 200 }))
  const users = useResource('users', () => client.listUsers({ perPage: 200 }))
  const [adding, add] = useState<'key' | 'user' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)

  const revoke = async ({ id, name }: ApiKey) => {
    if (
      !(await confirm({ title: t('keys.revokeTitle', { name }), text: t('keys.revokeText'), action: t('keys.revoke') }))
    )
      return
    await attempt(() => client.revokeKey(id), t('keys.revoked'))
    keys.reload()
  }
  const remove = async ({ name }: User) => {
    if (
      !(await confirm({
        title: t('users.removeTitle', { name }),
        text: t('users.removeText'),
        action: t('action.remove'),
      }))
    )
      return
    await attempt(() => client.removeUser(name), t('action.removed'))
    users.reload()
  }
  const changeRole = async (name: string, role: Role) => {
    await attempt(() => client.changeUser(name, { role }), t('action.saved'))
    users.reload()
  }
  return (
    <>
      <PageHead title={t('nav.keys')} />
      {secret !== null && <Secret title={t('keys.new')} value={secret} onClose={() => setSecret(null)} />}
      <Section
        title={t('keys.title')}
        beside={
          <button type="button" onClick={() => add('key')}>
            {t('keys.add')}
          </button>
        }
      >
        <Loaded of={keys}>
          {({ data }) => (
            <DataTable
              label={t('keys.title')}
              rows={data}
              columns={keyColumns(revoke)}
              keyOf={({ id }) => id}
              minWidth="860px"
              empty={<Empty title={t('keys.none')}>{t('keys.noneHint')}</Empty>}
            />
          )}
        </Loaded>
      </Section>
      <Section
        title={t('users.title')}
        beside={
          <button type="button" onClick={() => add('user')}>
            {t('users.add')}
          </button>
        }
      >
        <Loaded of={users}>
          {({ data }) => (
            <DataTable
              label={t('users.title')}
              rows={data}
              columns={userColumns(changeRole, remove)}
              keyOf={({ name }) => name}
              minWidth="620px"
            />
          )}
        </Loaded>
      </Section>
      {adding !== null && (
        <AddForm
          what={adding}
          onClose={() => add(null)}
          onDone={(made) => {
            add(null)
            setSecret(made)
            keys.reload()
            users.reload()
          }}
        />
      )}
    </>
  )
}

const keyColumns = (revoke: (key: ApiKey) => Promise<void>): Column<ApiKey>[] => [
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
    width: '220px',
    sortBy: ({ scope }) => roles.indexOf(scope),
    cell: ({ scope }) => t(`access.${scope}`),
  },
  { key: 'by', label: t('keys.by'), width: '130px', cell: ({ createdBy }) => createdBy },
  {
    key: 'used',
    label: t('keys.used'),
    width: '150px',
    sortBy: ({ lastUsedAt }) => lastUsedAt,
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('never') : formatTime(lastUsedAt)),
  },
  {
    key: 'expires',
    label: t('keys.expires'),
    width: '150px',
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

const userColumns = (
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

function AddForm(props: { what: 'key' | 'user'; onClose: () => void; onDone: (secret: string | null) => void }) {
  const { what } = props
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('read')
  const [password, setPassword] = useState('')
  const [expires, setExpires] = useState('')
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const submit = async (event: Event) => {
    event.preventDefault()
    try {
      if (what === 'key') {
        const expiresAt = expires === '' ? null : new Date(expires).toISOString()
        props.onDone((await client.createKey({ name: name.trim(), scope: role, expiresAt })).secret)
      } else {
        await client.createUser({ name: name.trim(), role, password })
        say('done', t('action.saved'))
        props.onDone(null)
      }
    } catch (error) {
      const found = fieldErrors(error)
      setErrors(found)
      if (Object.keys(found).length === 0) say('failed', describeError(error).text)
    }
  }
  return (
    <Dialog title={t(what === 'key' ? 'keys.add' : 'users.add')} onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label={t('session.name')}
          hint={what === 'key' ? t('keys.nameHint') : undefined}
          value={name}
          onInput={setName}
          error={errors.name}
          required
        />
        <SelectField
          label={t('keys.scope')}
          value={role}
          options={roleOptions()}
          onChange={(value) => setRole(value as Role)}
        />
        {what === 'user' ? (
          <TextField
            label={t('session.password')}
            type="password"
            hint={t('setup.passwordHint')}
            autocomplete="new-password"
            value={password}
            onInput={setPassword}
            error={errors.password}
            required
          />
        ) : (
          <TextField
            label={t('keys.expires')}
            type="datetime-local"
            hint={t('keys.expiresHint')}
            value={expires}
            onInput={setExpires}
            error={errors.expires_at}
          />
        )}
        <div class="actions end">
          <button type="button" onClick={props.onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary">
            {t('action.add')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
