import { defineEntity, p } from '@mikro-orm/core'
import type { WebhookEvent } from '@seine/contracts'

/** Whom to tell of what. */
export const WebhookEntity = defineEntity({
  name: 'Webhook',
  tableName: 'webhooks',
  uniques: [{ name: 'webhooks_name', properties: ['name'] }],
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    url: p.text(),
    events: p.json<WebhookEvent[]>(),
    /** Null: of all sites. */
    sites: p.json<string[]>().nullable(),
    enabled: p.boolean(),
    /** It signs, so it is kept as it is: never answered, logged or published. */
    secret: p.text(),
    /** Signs beside the new one until then. */
    previousSecret: p.text().nullable(),
    previousUntil: p.datetime(6).nullable(),
    version: p.integer().default(1),
    /** Attempts that failed since the last one that did not. */
    failures: p.integer().default(0),
    failingSince: p.datetime(6).nullable(),
    /** Why it was disabled by itself. */
    disabledReason: p.text().nullable(),
    lastDeliveredAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
  },
})

/** One event on its way to one webhook. */
export const WebhookDeliveryEntity = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_deliveries',
  uniques: [{ name: 'webhook_deliveries_once', properties: ['webhook', 'eventId', 'event'] }],
  indexes: [
    { name: 'webhook_deliveries_due', properties: ['webhook', 'nextAt'], where: "state = 'waiting'" },
    { name: 'webhook_deliveries_sent', properties: ['webhook', 'leaseUntil'], where: "state = 'sent'" },
    { name: 'webhook_deliveries_list', properties: ['webhook', 'createdAt'] },
  ],
  properties: {
    id: p.uuid().primary(),
    webhook: () => p.manyToOne(WebhookEntity).deleteRule('cascade'),
    eventId: p.uuid(),
    event: p.text(),
    runId: p.uuid().nullable(),
    site: p.text().nullable(),
    /** The body, byte for byte the same in every attempt. */
    payload: p.text(),
    state: p.text(),
    /** Attempts sent to fetchers. */
    attempts: p.integer().default(0),
    /** Attempts that are known to have failed. */
    failures: p.integer().default(0),
    nextAt: p.datetime(6).nullable(),
    /** Until when an attempt is waited for. */
    leaseUntil: p.datetime(6).nullable(),
    /** From when on it is not tried any more. */
    giveUpAt: p.datetime(6),
    status: p.integer().nullable(),
    error: p.text().nullable(),
    response: p.text().nullable(),
    durationMs: p.double().$type<number>().nullable(),
    createdAt: p.datetime(6),
    deliveredAt: p.datetime(6).nullable(),
  },
})
