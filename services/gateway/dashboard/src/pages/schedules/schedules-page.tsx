import type { Schedule, ScheduleTick } from '@seine/contracts'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatFullTime, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { navigate } from '../../router.ts'
import { may } from '../../session.ts'
import { confirm } from '../../ui/dialog.tsx'
import { PageHead } from '../../ui/layout.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { ScheduleForm } from './schedule-form.tsx'

export function SchedulesPage() {
  const schedules = useResource('schedules', () => client.listSchedules({ perPage: 200 }), { everyMs: 15_000 })
  const [editing, edit] = useState<Schedule | 'new' | null>(null)
  const done = () => {
    edit(null)
    schedules.reload()
  }
  return (
    <>
      <PageHead title={t('nav.schedules')}>
        {may('admin') && (
          <button type="button" onClick={() => edit('new')}>
            {t('schedules.add')}
          </button>
        )}
      </PageHead>
      <Loaded of={schedules}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('schedules.none')}>{t('schedules.noneHint')}</Empty>
          ) : (
            <div class="panels">
              {data.map((schedule) => (
                <ScheduleCard
                  key={schedule.id}
                  schedule={schedule}
                  onEdit={() => edit(schedule)}
                  reload={schedules.reload}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      {editing !== null && (
        <ScheduleForm schedule={editing === 'new' ? null : editing} onClose={() => edit(null)} onDone={done} />
      )}
    </>
  )
}

function ScheduleCard({ schedule, onEdit, reload }: { schedule: Schedule; onEdit: () => void; reload: () => void }) {
  const { id, name, cron, timeZone, enabled, nextRuns, ticks, options, version } = schedule
  const start = async () => {
    const run = await attempt(() => client.runSchedule(id))
    if (run !== undefined) navigate(`/runs/${run.id}`)
  }
  const remove = async () => {
    if (
      !(await confirm({
        title: t('schedules.removeTitle', { name }),
        text: t('schedules.removeText'),
        action: t('action.remove'),
      }))
    )
      return
    await attempt(() => client.removeSchedule(id, version), t('action.removed'))
    reload()
  }
  return (
    <article class="card">
      <div class="line">
        <h2>{name}</h2>
        {!enabled && <span class="tag">{t('sites.off')}</span>}
      </div>
      <dl class="pairs">
        <dt>{t('schedules.cron')}</dt>
        <dd>
          <code>{cron}</code> {timeZone}
        </dd>
        <dt>{t('schedules.what')}</dt>
        <dd>{whatOf(options)}</dd>
        <dt>{t('schedules.next')}</dt>
        <dd>
          {nextRuns.length === 0
            ? t('schedules.noNext')
            : nextRuns.slice(0, 3).map((at) => (
                <div key={at}>
                  <time dateTime={at}>{timeIn(at, timeZone)}</time>
                </div>
              ))}
        </dd>
        <dt>{t('schedules.last')}</dt>
        <dd>
          {ticks.length === 0
            ? t('never')
            : ticks.slice(0, 3).map((tick) => <Tick key={tick.at} tick={tick} timeZone={timeZone} />)}
        </dd>
      </dl>
      <div class="actions">
        {may('run') && (
          <button type="button" onClick={() => void start()}>
            {t('schedules.runNow')}
          </button>
        )}
        {may('admin') && (
          <>
            <button type="button" onClick={onEdit}>
              {t('action.edit')}
            </button>
            <button type="button" class="danger" onClick={() => void remove()}>
              {t('action.remove')}
            </button>
          </>
        )}
      </div>
    </article>
  )
}

/** As the clock of the schedule's own zone shows it. */
const timeIn = (at: string, timeZone: string): string =>
  new Date(at).toLocaleString(document.documentElement.lang, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })

function Tick({ tick, timeZone }: { tick: ScheduleTick; timeZone: string }) {
  const { at, state, reason, runId, runStatus } = tick
  const text = `${timeIn(at, timeZone)} · ${runStatus === null ? t(`tick.${state}`) : t(`status.${runStatus}`)}${reason === null ? '' : ` · ${reason}`}`
  return <div title={formatFullTime(at)}>{runId === null ? text : <a href={`/runs/${runId}`}>{text}</a>}</div>
}

function whatOf(options: Schedule['options']): string {
  const parts = [
    options.group !== undefined
      ? t('schedules.group', { group: options.group })
      : options.sites !== undefined
        ? t('schedules.sites', { n: options.sites.length })
        : t('schedules.allSites'),
    options.limit !== undefined && t('runs.limit', { n: options.limit }),
    options.skip_existing && t('runForm.skipExisting'),
    options.dry_run && t('runForm.dryRun'),
  ]
  return parts.filter(Boolean).join(' · ') || none
}
