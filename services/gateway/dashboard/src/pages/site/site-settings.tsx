import type { Presence, PresenceOptions } from '@seine/client'
import type { SiteEntry } from '@seine/contracts'
import { client } from '../../api.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { navigate } from '../../router.ts'
import { may } from '../../session.ts'
import { confirm } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/layout.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { Selectors } from './selectors.tsx'
import { SiteConflict } from './site-conflict.tsx'
import type { SiteDraft } from './site-draft.ts'
import { useSiteEditing } from './use-site-editing.ts'

type Members = Parameters<PresenceOptions['onMembers']>[0]

/** The settings of a site. Somebody else's change in between is shown, and nothing is overwritten unseen. */
export function SiteSettings(props: {
  entry: SiteEntry
  reload: () => void
  presence: () => Presence | null
  others: Members
}) {
  const { entry, reload, presence, others } = props
  const editing = useSiteEditing(entry, presence, reload)
  const { base, draft, errors, theirs, isDirty, isBusy, change } = editing
  const policies = useResource('policies', () => client.listPolicies())
  const isReadOnly = !may('admin')

  const save = (event: Event) => {
    event.preventDefault()
    void editing.save()
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
    <form class="settings" onSubmit={save} noValidate>
      {theirs !== null && (
        <SiteConflict base={base} theirs={theirs} mine={draft} onTake={editing.takeTheirs} onKeep={editing.keepMine} />
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
          <button type="button" disabled={!isDirty} onClick={editing.discard}>
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
