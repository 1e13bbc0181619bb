import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { connection } from './connection.ts'
import { formatDuration } from './format.ts'
import { type MessageKey, t } from './i18n.ts'
import { liveState } from './live/live-connection.ts'
import { language, theme, themes } from './preferences.ts'
import { path } from './router.ts'
import { type Access, may, session, signOut } from './session.ts'
import { attempt } from './ui/toasts.tsx'
import { useNow } from './ui/use-now.ts'

const entries: readonly (readonly [href: string, name: MessageKey, needs: Access])[] = [
  ['/runs', 'nav.runs', 'read'],
  ['/sites', 'nav.sites', 'read'],
  ['/changes', 'nav.changes', 'read'],
  ['/downloads', 'nav.downloads', 'read'],
  ['/schedules', 'nav.schedules', 'read'],
  ['/webhooks', 'nav.webhooks', 'admin'],
  ['/policies', 'nav.policies', 'read'],
  ['/keys', 'nav.keys', 'admin'],
  ['/errors', 'nav.errors', 'read'],
  ['/system', 'nav.system', 'read'],
]

export function Shell({ children }: { children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false)
  const here = path.value === '/' ? '/runs' : path.value
  return (
    <div class="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page, which the router leaves alone */}
      <a class="skip" href="#main" onClick={skipToMain}>
        {t('nav.skip')}
      </a>
      <aside class={isOpen ? 'side open' : 'side'}>
        <div class="brand">
          <a href="/runs">Seine</a>
          <button
            type="button"
            class="menu"
            aria-expanded={isOpen}
            aria-controls="navigation"
            onClick={() => setOpen(!isOpen)}
          >
            {t('nav.menu')}
          </button>
        </div>
        <nav id="navigation" aria-label={t('nav.label')}>
          {entries
            .filter(([, , needs]) => may(needs))
            .map(([href, name]) => (
              <a
                key={href}
                href={href}
                aria-current={here === href || here.startsWith(`${href}/`) ? 'page' : undefined}
                onClick={() => setOpen(false)}
              >
                {t(name)}
              </a>
            ))}
        </nav>
        <Preferences />
      </aside>
      <main id="main" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </main>
    </div>
  )
}

const skipToMain = (event: MouseEvent) => {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function Preferences() {
  const who = session.value
  return (
    <div class="preferences">
      <ConnectionState />
      <label>
        <span class="hidden">{t('nav.theme')}</span>
        <select
          value={theme.value}
          onChange={(event) => {
            theme.value = event.currentTarget.value as typeof theme.value
          }}
        >
          {themes.map((name) => (
            <option key={name} value={name}>
              {t(`theme.${name}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">{t('nav.language')}</span>
        <select
          value={language.value}
          onChange={(event) => {
            language.value = event.currentTarget.value as typeof language.value
          }}
        >
          <option value="en" lang="en">
            English
          </option>
          <option value="ru" lang="ru">
            Русский
          </option>
        </select>
      </label>
      {who.state === 'signed-in' && (
        <div class="who">
          <span title={t(`access.${who.access}`)}>{who.name}</span>
          <button type="button" class="plain" onClick={() => void attempt(signOut)}>
            {t('session.signOut')}
          </button>
        </div>
      )}
    </div>
  )
}

/** Whether what is shown is what is. */
function ConnectionState() {
  const state = liveState.value
  const isLost = connection.value.state === 'lost'
  const kind = isLost ? 'lost' : state?.phase === 'open' ? 'live' : 'polling'
  return (
    <div class={`connection ${kind}`} role="status">
      <span class="dot" aria-hidden="true" />
      {t(`connection.${kind}`)}
    </div>
  )
}

function ConnectionBanner() {
  const now = connection.value
  const nowMs = useNow(now.state === 'lost' ? 1_000 : null)
  if (now.state === 'online') return null
  return (
    <div class="banner" role="alert">
      {t('connection.banner', { since: formatDuration(Math.max(0, nowMs - now.sinceMs)) })}
    </div>
  )
}
