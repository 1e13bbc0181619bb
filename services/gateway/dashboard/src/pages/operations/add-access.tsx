import type { Role } from '@seine/client'
import { useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { say } from '../../ui/toasts.tsx'
import { roleOptions } from './access-roles.ts'

/** Makes a key for a program, whose secret `onDone` is told, or lets a person in. */
export function AddAccess(props: {
  what: 'key' | 'user'
  onClose: () => void
  onDone: (secret: string | null) => void
}) {
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
    <Dialog title={t(what === 'key' ? 'keys.addTitle' : 'users.addTitle')} onClose={props.onClose}>
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
