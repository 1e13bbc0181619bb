import type { Webhook, WebhookDelivery } from '@seine/contracts'
import { formatDuration } from './format.ts'
import { table } from './table.ts'

/** Webhooks for people, one a line. */
export function webhookTable(webhooks: readonly Webhook[]): string {
  if (webhooks.length === 0) return 'There are no webhooks; "seine webhooks add" adds one.\n'
  const rows = webhooks.map((webhook) => [
    webhook.name,
    webhook.url,
    webhook.events.join(', '),
    stateOf(webhook),
    minute(webhook.lastDeliveredAt),
  ])
  return table(['name', 'address', 'events', 'state', 'last delivered'], rows)
}

/** One webhook for people. */
export function webhookDetail(webhook: Webhook): string {
  const { name, url, events, sites, lastDeliveredAt } = webhook
  const lines = [
    `${name}: ${url}`,
    `  events          ${events.join(', ')}`,
    `  sites           ${sites === undefined ? 'all' : sites.join(', ')}`,
    `  state           ${stateOf(webhook)}`,
    `  last delivered  ${lastDeliveredAt === null ? 'never' : `${minute(lastDeliveredAt)} UTC`}`,
  ]
  return `${lines.join('\n')}\n`
}

/** A secret, with what to do about it. */
export const secretText = (secret: string): string =>
  `Secret: ${secret}\nIt is shown this once: the receiver checks the header webhook-signature with it.\n`

/** Deliveries for people, one a line. */
export function deliveryTable(deliveries: readonly WebhookDelivery[]): string {
  if (deliveries.length === 0) return 'Nothing was sent yet.\n'
  const rows = deliveries.map((delivery) => [
    delivery.id,
    minute(delivery.createdAt),
    delivery.event,
    delivery.site ?? '',
    delivery.state === 'waiting' && delivery.attempts > 0
      ? `again at ${minute(delivery.nextAttemptAt)}`
      : delivery.state,
    delivery.attempts,
    delivery.status ?? '',
    delivery.durationMs === null ? '' : formatDuration(delivery.durationMs),
    delivery.error ?? delivery.response?.slice(0, 60) ?? '',
  ])
  return table(['delivery', 'since (UTC)', 'event', 'site', 'state', 'attempts', 'status', 'took', 'answer'], rows)
}

function stateOf({ enabled, disabledReason, failures, failingSince }: Webhook): string {
  if (!enabled) return disabledReason === null ? 'disabled' : `disabled: ${disabledReason}`
  return failingSince === null ? 'enabled' : `${failures} failed since ${minute(failingSince)} UTC`
}

const minute = (time: string | null): string => (time === null ? '' : time.slice(0, 16).replace('T', ' '))
