import type { Webhook, WebhookEvent, WebhookWithSecret } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { say } from '../../ui/toasts.tsx'
import { linesOf } from '../site/site-draft.ts'

const events = [
  'run.created',
  'run.started',
  'run.paused',
  'run.finished',
  'site.started',
  'site.finished',
  'quality.warning',
  'quality.failed',
  'host.breaker',
  'retention.planned',
] as const satisfies readonly WebhookEvent[]

export function WebhookForm(props: {
  hook: Webhook | null
  onClose: () => void
  /** With the secret where it was made. */
  onDone: (made: WebhookWithSecret | null) => void
}) {
  const { hook } = props
  const [name, setName] = useState(hook?.name ?? '')
  const [url, setUrl] = useState(hook?.url ?? 'https://')
  const [chosen, choose] = useState<ReadonlySet<WebhookEvent>>(new Set(hook?.events ?? ['run.finished']))
  const [sites, setSites] = useState((hook?.sites ?? []).join('\n'))
  const [enabled, setEnabled] = useState(hook?.enabled ?? true)
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})

  const submit = async (event: Event) => {
    event.preventDefault()
    const lines = linesOf(sites)
    const settings = {
      name: name.trim(),
      url: url.trim(),
      events: events.filter((each) => chosen.has(each)),
      ...(lines.length === 0 ? {} : { sites: lines }),
      enabled,
    }
    try {
      if (hook === null) props.onDone(await client.createWebhook(settings))
      else {
        await client.replaceWebhook(hook.id, hook.version, settings)
        props.onDone(null)
      }
    } catch (error) {
      const found = fieldErrors(error)
      setErrors(found)
      if (Object.keys(found).length === 0) say('failed', describeError(error).text)
    }
  }
  return (
    <Dialog title={hook === null ? t('webhooks.addTitle') : hook.name} onClose={props.onClose} isWide>
      <form onSubmit={(event) => void submit(event)}>
        <TextField label={t('schedules.name')} value={name} onInput={setName} error={errors.name} required />
        <TextField label="URL" type="url" value={url} onInput={setUrl} error={errors.url} required />
        <fieldset>
          <legend>{t('webhooks.events')}</legend>
          {errors.events !== undefined && <div class="error">{errors.events}</div>}
          <div class="choice-list">
            {events.map((each) => (
              <CheckField
                key={each}
                label={each}
                checked={chosen.has(each)}
                onChange={(isChosen) => {
                  const next = new Set(chosen)
                  if (isChosen) next.add(each)
                  else next.delete(each)
                  choose(next)
                }}
              />
            ))}
          </div>
        </fieldset>
        <TextField
          label={t('nav.sites')}
          hint={t('webhooks.sitesHint')}
          value={sites}
          onInput={setSites}
          lines={2}
          error={errors.sites}
        />
        <CheckField label={t('schedules.enabled')} checked={enabled} onChange={setEnabled} />
        <div class="actions end">
          <button type="button" onClick={props.onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary">
            {t('action.save')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
