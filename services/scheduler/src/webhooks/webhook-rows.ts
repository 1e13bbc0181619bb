import type { Webhook, WebhookDelivery, WebhookSettings } from '@seine/contracts'
import type { Sql } from '../database/sql.ts'

/** A webhook as it is stored. */
export interface WebhookRow {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly events: WebhookSettings['events']
  readonly sites: string[] | null
  readonly enabled: boolean
  readonly secret: string
  readonly version: number
  readonly failures: number
  readonly failingSinceMs: number | null
  readonly disabledReason: string | null
  readonly lastDeliveredMs: number | null
  readonly createdMs: number
  readonly updatedMs: number
}

interface DeliveryRow {
  readonly id: string
  readonly webhookId: string
  readonly event: WebhookDelivery['event']
  readonly runId: string | null
  readonly site: string | null
  readonly state: WebhookDelivery['state']
  readonly attempts: number
  readonly nextMs: number | null
  readonly status: number | null
  readonly error: string | null
  readonly response: string | null
  readonly durationMs: number | null
  readonly createdMs: number
  readonly deliveredMs: number | null
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`
const columns = `w.id, w.name, w.url, w.events, w.sites, w.enabled, w.secret, w.version, w.failures,
  ${ms('w.failing_since')} as "failingSinceMs", w.disabled_reason as "disabledReason",
  ${ms('w.last_delivered_at')} as "lastDeliveredMs", ${ms('w.created_at')} as "createdMs", ${ms('w.updated_at')} as "updatedMs"`
const deliveryColumns = `d.id, d.webhook_id as "webhookId", d.event, d.run_id as "runId", d.site, d.state, d.attempts,
  ${ms('d.next_at')} as "nextMs", d.status, d.error, d.response, d.duration_ms as "durationMs",
  ${ms('d.created_at')} as "createdMs", ${ms('d.delivered_at')} as "deliveredMs"`

/** `tail` speaks of `w`. */
export function readWebhooks(sql: Sql, tail: string, values: readonly unknown[] = []): Promise<WebhookRow[]> {
  return sql.query(`select ${columns} from webhooks w ${tail}`, values)
}

/** `tail` speaks of `d`. */
export async function readDeliveries(
  sql: Sql,
  tail: string,
  values: readonly unknown[] = [],
): Promise<WebhookDelivery[]> {
  const rows = await sql.query<DeliveryRow>(`select ${deliveryColumns} from webhook_deliveries d ${tail}`, values)
  return rows.map(({ nextMs, createdMs, deliveredMs, ...row }) => ({
    ...row,
    nextAttemptAt: row.state === 'waiting' ? iso(nextMs) : null,
    createdAt: iso(createdMs),
    deliveredAt: iso(deliveredMs),
  }))
}

/** A webhook for people: without its secret. */
export function webhookView(row: WebhookRow): Webhook {
  const { id, name, url, events, sites, enabled, version, disabledReason, failures } = row
  return {
    id,
    name,
    url,
    events,
    ...(sites === null ? {} : { sites }),
    enabled,
    version,
    disabledReason,
    failingSince: iso(row.failingSinceMs),
    failures,
    lastDeliveredAt: iso(row.lastDeliveredMs),
    createdAt: iso(row.createdMs),
    updatedAt: iso(row.updatedMs),
  }
}

function iso(ms: number): string
function iso(ms: number | null): string | null
function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
