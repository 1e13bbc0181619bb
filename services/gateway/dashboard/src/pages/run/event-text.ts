import type { SeineEvent } from '@seine/contracts'
import { formatBytes, formatDuration, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { reasonText } from '../../ui/status.tsx'

/** An event in a sentence. Null: its type says it all. */
export function eventText(event: SeineEvent): string | null {
  switch (event.type) {
    case 'run.created':
      return t('event.created', { n: event.data.sites })
    case 'run.finished':
    case 'site.finished': {
      const { status, reason, counts, durationMs } = event.data
      const text = t('event.finished', {
        status: t(`status.${status}`),
        n: counts.discovered,
        failed: counts.failed,
        time: formatDuration(durationMs),
      })
      return reason === null ? text : `${text} · ${reason}`
    }
    case 'site.step':
      return event.step === null ? null : t(`step.${event.step}`)
    case 'artifact.written': {
      const { path, sizeBytes, reason } = event.data.artifact
      return `${path.split('/').at(-1)} · ${formatBytes(sizeBytes)} · ${reasonText(reason)}`
    }
    case 'host.blocked':
      return t('event.blocked', {
        host: event.data.host,
        until: formatTime(event.data.untilMs),
        reason: reasonText(event.data.reason),
      })
    case 'host.breaker':
      return `${event.data.host} · ${t(`breaker.${event.data.state}`)}${event.data.reason ? ` · ${reasonText(event.data.reason)}` : ''}`
    case 'site.render':
      return `${event.data.from} → ${event.data.to} · ${reasonText(event.data.reason)}`
    case 'robots.overridden':
      return `${event.data.host} · ${event.data.reason}`
    case 'proxy.residential':
      return `${event.data.host} · ${event.data.policy}`
    default:
      return null
  }
}
