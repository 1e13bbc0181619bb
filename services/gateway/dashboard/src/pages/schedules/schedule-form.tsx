import type { Schedule } from '@seine/contracts'
import { useEffect, useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { say } from '../../ui/toasts.tsx'

const previewDelayMs = 300

/** When runs start by themselves, with the times that follow from it. */
export function ScheduleForm(props: { schedule: Schedule | null; onClose: () => void; onDone: () => void }) {
  const { schedule } = props
  const [name, setName] = useState(schedule?.name ?? '')
  const [cron, setCron] = useState(schedule?.cron ?? '0 3 * * *')
  const [timeZone, setTimeZone] = useState(schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [group, setGroup] = useState(schedule?.options.group ?? '')
  const [limit, setLimit] = useState(schedule?.options.limit === undefined ? '' : String(schedule.options.limit))
  const [skipExisting, setSkipExisting] = useState(schedule?.options.skip_existing ?? false)
  const [overlap, setOverlap] = useState(schedule?.overlap ?? 'refuse')
  const [enabled, setEnabled] = useState(schedule?.enabled ?? true)
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const preview = usePreview(cron, timeZone)

  const submit = async (event: Event) => {
    event.preventDefault()
    const { group: _, limit: __, ...kept } = schedule?.options ?? { skip_existing: false, dry_run: false }
    const settings = {
      name: name.trim(),
      cron: cron.trim(),
      timeZone: timeZone.trim(),
      options: {
        ...kept,
        skip_existing: skipExisting,
        ...(group.trim() === '' ? {} : { group: group.trim() }),
        ...(limit === '' ? {} : { limit: Number(limit) }),
      },
      enabled,
      overlap,
      ...(schedule === null ? {} : { catchUpMs: schedule.catchUpMs }),
    }
    try {
      if (schedule === null) await client.createSchedule(settings)
      else await client.replaceSchedule(schedule.id, schedule.version, settings)
      say('done', t('action.saved'))
      props.onDone()
    } catch (error) {
      const found = fieldErrors(error)
      setErrors(found)
      if (Object.keys(found).length === 0) say('failed', describeError(error).text)
    }
  }

  return (
    <Dialog title={schedule === null ? t('schedules.addTitle') : schedule.name} onClose={props.onClose} isWide>
      <form onSubmit={(event) => void submit(event)}>
        <TextField label={t('schedules.name')} value={name} onInput={setName} error={errors.name} required />
        <div class="columns">
          <TextField
            label={t('schedules.cron')}
            hint={t('schedules.cronHint')}
            value={cron}
            onInput={setCron}
            error={errors.cron}
            required
          />
          <TextField
            label={t('schedules.timeZone')}
            value={timeZone}
            onInput={setTimeZone}
            error={errors.timeZone}
            required
          />
        </div>
        <div class={preview.error === undefined ? 'plan' : 'plan error'} role="status">
          {preview.error ?? (
            <>
              <strong>{t('schedules.next')}</strong>
              <ul>
                {preview.times.map((at) => (
                  <li key={at}>{at}</li>
                ))}
              </ul>
            </>
          )}
        </div>
        <div class="columns">
          <TextField
            label={t('runForm.group')}
            hint={t('schedules.groupHint')}
            value={group}
            onInput={setGroup}
            error={errors.options}
          />
          <TextField label={t('runForm.limit')} type="number" min={1} value={limit} onInput={setLimit} />
        </div>
        <SelectField
          label={t('schedules.overlap')}
          value={overlap}
          options={[
            ['refuse', t('schedules.overlap.refuse')],
            ['queue', t('schedules.overlap.queue')],
          ]}
          onChange={(value) => setOverlap(value as typeof overlap)}
        />
        <CheckField label={t('runForm.skipExisting')} checked={skipExisting} onChange={setSkipExisting} />
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

/** The next times of an expression, asked for when it has stood for a moment. */
function usePreview(cron: string, timeZone: string): { times: readonly string[]; error?: string } {
  const [state, setState] = useState<{ times: readonly string[]; error?: string }>({ times: [] })
  useEffect(() => {
    let isCurrent = true
    const timer = setTimeout(async () => {
      try {
        const { nextRuns } = await client.previewSchedule(cron.trim(), timeZone.trim())
        const options = {
          weekday: 'short',
          day: 'numeric',
          month: 'short',
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
          timeZone: timeZone.trim(),
        } as const
        const times = nextRuns.map((at) => new Date(at).toLocaleString(document.documentElement.lang, options))
        if (isCurrent) setState({ times: times.length === 0 ? [t('schedules.noNext')] : times })
      } catch (error) {
        if (isCurrent) setState({ times: [], error: describeError(error).text })
      }
    }, previewDelayMs)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [cron, timeZone])
  return state
}
