import { ApiFailure } from '@seine/client'
import { useEffect, useState } from 'preact/hooks'
import { describeError } from '../api.ts'
import { t } from '../i18n.ts'
import { setUp, signIn } from '../session.ts'
import { TextField } from '../ui/field.tsx'

/** The token of the first start, from the link that the gateway printed. Never sent as part of an address. */
function tokenOfAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get('setup') ?? ''
}

export function SignIn({ needsSetup, wasSignedIn }: { needsSetup: boolean; wasSignedIn: boolean }) {
  const [token, setToken] = useState(tokenOfAddress)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    document.title = `${t(needsSetup ? 'setup.title' : 'session.signIn')} · Seine`
    document.querySelector<HTMLInputElement>('form input')?.focus()
  }, [needsSetup])

  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      if (needsSetup) {
        await setUp(token.trim(), name, password)
        history.replaceState(null, '', location.pathname)
      } else await signIn(name, password)
    } catch (caught) {
      setError(reasonOf(caught))
      setBusy(false)
    }
  }

  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Seine</h1>
        <p class="muted">{t(needsSetup ? 'setup.about' : wasSignedIn ? 'session.ended' : 'session.about')}</p>
        {needsSetup && (
          <TextField label={t('setup.token')} hint={t('setup.tokenHint')} value={token} onInput={setToken} required />
        )}
        <TextField label={t('session.name')} value={name} onInput={setName} autocomplete="username" required />
        <TextField
          label={t('session.password')}
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete={needsSetup ? 'new-password' : 'current-password'}
          hint={needsSetup ? t('setup.passwordHint') : undefined}
          required
        />
        {error !== undefined && (
          <div class="error" role="alert">
            {error}
          </div>
        )}
        <button type="submit" class="primary" disabled={isBusy}>
          {t(needsSetup ? 'setup.do' : 'session.signIn')}
        </button>
      </form>
    </main>
  )
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiFailure && error.code === 'wrong-login') return t('session.wrong')
  return describeError(error).text
}
