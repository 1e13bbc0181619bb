import type { Run, SeineEvent, WebhookDelivery, WebhookEvent } from '@seine/contracts'

/** What webhooks are told of an event. None: it is not for them. */
export function webhookEventsOf(event: SeineEvent): WebhookEvent[] {
  switch (event.type) {
    case 'site.finished': {
      const status = event.data.quality?.status ?? 'passed'
      return status === 'passed' ? ['site.finished'] : ['site.finished', `quality.${status}`]
    }
    case 'run.created':
    case 'run.started':
    case 'run.paused':
    case 'run.finished':
    case 'site.started':
    case 'host.breaker':
    case 'retention.planned':
      return [event.type]
    default:
      return []
  }
}

/** The body of a delivery: what happened, how its run stands, and where to look. */
export function payloadOf(
  kind: WebhookDelivery['event'],
  at: string,
  about: { event: SeineEvent; run: Run | null } | null,
  publicUrl: string,
): string {
  const data = about === null ? { text: 'This is a test.', links: { api: publicUrl } } : dataOf(about, publicUrl)
  return JSON.stringify({ type: kind, timestamp: at, data })
}

function dataOf({ event, run }: { event: SeineEvent; run: Run | null }, publicUrl: string) {
  const api = `${publicUrl}/api/bulk-runs/${event.job_id}`
  return {
    event,
    run: run === null ? null : summaryOf(run),
    links: {
      run: api,
      page: `${publicUrl}/runs/${event.job_id}`,
      ...(run?.archive ? { archive: `${api}/archive` } : {}),
    },
  }
}

function summaryOf(run: Run) {
  const { id, status, reason, origin, siteCounts, counts, quality, createdAt, startedAt, finishedAt } = run
  return { id, status, reason, origin, siteCounts, counts, quality, createdAt, startedAt, finishedAt }
}
