import type { Presence, PresenceOptions } from '@seine/client'
import { ApiFailure } from '@seine/client'
import type { SiteEntry } from '@seine/contracts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { navigate } from '../../router.ts'
import { may } from '../../session.ts'
import { confirm } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { Section } from '../../ui/layout.tsx'
import { attempt, say } from '../../ui/toasts.tsx'
import { Selectors } from './selectors.tsx'
import { type DraftErrors, differencesOf, draftOf, placeOf, problemsOf, type SiteDraft, siteOf } from './site-draft.ts'

type Members = Parameters<PresenceOptions['onMembers']>[0]
const typingAgainMs = 2_000

/** The settings of a site. Somebody else's change in between is shown, and nothing is overwritten unseen. */
export function SiteSettings(props: {
  entry: SiteEntry
  reload: () => void
  presence: () => Presence | null
  others: Members
}) {
  const { entry, reload, presence, others } = props
  const [base, setBase] = useState(entry)
  const [draft, setDraft] = useState<SiteDraft>(() => draftOf(entry.site))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [theirs, setTheirs] = useState<SiteEntry | null>(null)
  const [isBusy, setBusy] = useState(false)
  const policies = useResource('policies', () => client.listPolicies())
  const isReadOnly = !may('admin')
  const isDirty = JSON.stringify(draft) !== JSON.stringify(draftOf(base.site))

  useEffect(() => {
    // Without changes of one's own the newest is shown; with them it waits to be looked at.
    if (entry.version === base.version) return
    if (!isDirty) {
      setBase(entry)
      setDraft(draftOf(entry.site))
    } else setTheirs(entry)
  }, [entry])

  useEffect(() => presence()?.set(isDirty ? 'editing' : 'viewing'), [isDirty])

  useEffect(() => {
    if (!isDirty) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isDirty])

  const lastTyped = useRef({ key: '', atMs: 0 })
  const change = <K extends keyof SiteDraft>(key: K, value: SiteDraft[K]) => {
    setDraft((before) => ({ ...before, [key]: value }))
    setErrors(({ [key]: _, ...rest }) => rest)
    const now = Date.now()
    if (lastTyped.current.key !== key || now - lastTyped.current.atMs > typingAgainMs) {
      lastTyped.current = { key, atMs: now }
      presence()?.typing(key)
    }
  }

  const save = async (event: Event) => {
    event.preventDefault()
    const problems = problemsOf(draft, (key, value) => t(`problem.${key}`, { value }))
    setErrors(problems)
    if (Object.keys(problems).length > 0) return focusFirstError()
    setBusy(true)
    try {
      const saved = await client.replaceSite(siteOf(base.site, draft), base.version)
      setBase(saved)
      setDraft(draftOf(saved.site))
      setTheirs(null)
      say('done', t('action.saved'))
      reload()
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 412) {
        setTheirs((await attempt(() => client.getSite(base.site.name))) ?? null)
      } else {
        const found = fieldErrors(error)
        setErrors(Object.fromEntries(Object.entries(found).map(([name, text]) => [placeOf(name), text])))
        say('failed', describeError(error).text)
        focusFirstError()
      }
    } finally {
      setBusy(false)
    }
  }

  const remove = async () => {
    const { name } = base.site
    const asked = {
      title: t('site.removeTitle', { site: name }),
      text: t('site.removeText'),
      action: t('action.remove'),
    }
    if (!(await confirm(asked))) return
    const done = await attempt(() => client.deleteSite(name, base.version).then(() => true), t('action.removed'))
    if (done === true) navigate('/sites')
  }

  const text = (
    key: 'startUrls' | 'sitemaps' | 'hosts' | 'include' | 'exclude' | 'maxDepth' | 'maxPages' | 'group' | 'more',
    lines = 1,
  ) => (
    <TextField
      label={t(`site.${key}`)}
      hint={<Hint text={t(`site.${key}Hint`)} typing={typingIn(others, key)} />}
      value={draft[key]}
      onInput={(value) => change(key, value)}
      error={errors[key]}
      lines={lines}
      disabled={isReadOnly}
    />
  )
  const check = (key: 'followLinks' | 'enabled' | 'storePages' | 'residentialProxies') => (
    <CheckField
      label={t(`site.${key}`)}
      hint={t(`site.${key}Hint`)}
      checked={draft[key]}
      onChange={(value) => change(key, value)}
      disabled={isReadOnly}
    />
  )
  const policyNames = [...new Set([draft.policy, ...(policies.data?.data ?? []).map(({ name }) => name)])].sort()

  return (
    <form class="settings" onSubmit={(event) => void save(event)} noValidate>
      {theirs !== null && (
        <Conflict
          base={base}
          theirs={theirs}
          mine={draft}
          onTake={() => {
            setBase(theirs)
            setDraft(draftOf(theirs.site))
            setTheirs(null)
          }}
          onKeep={() => {
            setBase(theirs)
            setTheirs(null)
          }}
        />
      )}
      {entry.origin === 'file' && <p class="muted">{t('site.fileNote')}</p>}
      <div class="panels">
        <Section title={t('site.section.where')}>
          {text('startUrls', 3)}
          {text('sitemaps', 2)}
          {text('hosts', 2)}
          <div class="columns">
            {text('include', 3)}
            {text('exclude', 3)}
          </div>
          {check('followLinks')}
          <div class="columns">
            {text('maxDepth')}
            {text('maxPages')}
          </div>
        </Section>
        <Section title={t('site.section.how')}>
          <div class="columns">
            <SelectField
              label={t('site.policy')}
              value={draft.policy}
              options={policyNames.map((name) => [name, name])}
              onChange={(value) => change('policy', value)}
              disabled={isReadOnly}
              error={errors.policy}
            />
            <SelectField
              label={t('site.render')}
              value={draft.render}
              options={(['http', 'browser', 'auto'] as const).map((each) => [each, t(`site.render.${each}`)])}
              onChange={(value) => change('render', value as SiteDraft['render'])}
              disabled={isReadOnly}
            />
          </div>
          {text('group')}
          {check('enabled')}
          {check('storePages')}
          {check('residentialProxies')}
          {text('more', 6)}
        </Section>
      </div>
      <Selectors
        site={base.site.name}
        startUrl={base.site.startUrls[0] ?? ''}
        fields={draft.fields}
        onChange={(fields) => change('fields', fields)}
        error={errors.fields}
        isReadOnly={isReadOnly}
      />
      {!isReadOnly && (
        <div class="actions save-bar">
          <button type="submit" class="primary" disabled={isBusy || !isDirty || theirs !== null}>
            {t('action.save')}
          </button>
          <button type="button" disabled={!isDirty} onClick={() => setDraft(draftOf(base.site))}>
            {t('action.discard')}
          </button>
          <span class="muted">{isDirty ? t('site.dirty') : ''}</span>
          <button type="button" class="danger push" onClick={() => void remove()} disabled={base.isRunning}>
            {t('site.remove')}
          </button>
        </div>
      )}
    </form>
  )
}

const focusFirstError = () =>
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())

const typingIn = (members: Members, key: string) =>
  members.filter(({ typing }) => typing.includes(key)).map(({ name }) => name)

function Hint({ text, typing }: { text: string; typing: readonly string[] }) {
  return (
    <>
      {text}
      {typing.length > 0 && <span class="person">{t('presence.typing', { names: typing.join(', ') })}</span>}
    </>
  )
}

/** Somebody else was there first: what they changed, and whether to go on from theirs with or without one's own. */
function Conflict(props: {
  base: SiteEntry
  theirs: SiteEntry
  mine: SiteDraft
  onTake: () => void
  onKeep: () => void
}) {
  const { base, theirs, mine } = props
  const changed = differencesOf(base.site, theirs.site)
  const wanted = differencesOf(base.site, siteOf(base.site, mine))
  const both = changed.filter((name) => wanted.includes(name))
  return (
    <div class="failure" role="alert">
      <div>
        <strong>{t('conflict.title', { by: theirs.updatedBy, version: theirs.version })}</strong>
        <div>{t('conflict.changed', { names: changed.map(nameOf).join(', ') })}</div>
        {both.length > 0 && <div>{t('conflict.both', { names: both.map(nameOf).join(', ') })}</div>}
      </div>
      <div class="actions">
        <button type="button" onClick={props.onTake}>
          {t('conflict.take')}
        </button>
        <button type="button" onClick={props.onKeep}>
          {t('conflict.keep')}
        </button>
      </div>
    </div>
  )
}

const nameOf = (name: string): string => {
  const place = placeOf(name)
  return place === 'more' ? name : t(`site.${place as 'startUrls'}`)
}
