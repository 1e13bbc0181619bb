import { z } from 'zod'
import { siteName } from './site.ts'

/**
 * What a webhook can be told of. `quality.*`: a site finished and its gates warned or failed. `webhook.test`: somebody
 * pressed the button; it is sent whatever was chosen.
 */
export const webhookEvents = [
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
] as const
export type WebhookEvent = (typeof webhookEvents)[number]

/** An address that may be asked for: http or https, no credentials. Whether it is a public one is found out by who asks. */
const target = z
  .url({ protocol: /^https?$/, error: 'expected http:// or https://' })
  .max(2_000)
  .refine(
    (url) => URL.parse(url)?.username === '' && URL.parse(url)?.password === '',
    'credentials in it would be shown',
  )

/** Whom to tell of what. */
export const webhookSettingsSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  url: target,
  events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
  /** Events of these sites, and of runs that one of them is part of. Absent: of all. */
  sites: z.array(siteName).min(1).max(1_000).optional(),
  enabled: z.boolean().default(true),
})

export type WebhookSettings = z.output<typeof webhookSettingsSchema>

export const webhookSchema = webhookSettingsSchema.extend({
  id: z.uuid(),
  /** Goes up with every change of the settings. */
  version: z.int().positive(),
  /** Why it was disabled by itself. Null: it was not. */
  disabledReason: z.string().nullable(),
  /** Since when every attempt has failed, and how many. Null: the last one did not. */
  failingSince: z.string().nullable(),
  failures: z.int(),
  lastDeliveredAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type Webhook = z.output<typeof webhookSchema>

/** With its secret (`whsec_…`), which is told once: when it is made. */
export const webhookWithSecretSchema = webhookSchema.extend({ secret: z.string() })

export type WebhookWithSecret = z.output<typeof webhookWithSecretSchema>

/**
 * `waiting`: for its first attempt or the next. `sent`: an attempt is under way. `failed`: given up: too many attempts, or
 * the receiver is gone.
 */
export const deliveryStates = ['waiting', 'sent', 'delivered', 'failed'] as const

/** One event on its way to one webhook. */
export const webhookDeliverySchema = z.strictObject({
  /** The receiver sees `msg_<id>` as `webhook-id`, the same in every attempt. */
  id: z.uuid(),
  webhookId: z.uuid(),
  event: z.enum([...webhookEvents, 'webhook.test']),
  runId: z.uuid().nullable(),
  site: siteName.nullable(),
  state: z.enum(deliveryStates),
  attempts: z.int(),
  /** When it is tried next. Null: it is not. */
  nextAttemptAt: z.string().nullable(),
  /** Of the last attempt. Null: there was none, or it had no answer. */
  status: z.int().nullable(),
  /** Why the last attempt failed. Null: it did not. */
  error: z.string().nullable(),
  /** The beginning of what the receiver answered last. */
  response: z.string().nullable(),
  durationMs: z.number().nullable(),
  createdAt: z.string(),
  deliveredAt: z.string().nullable(),
})

export type WebhookDelivery = z.output<typeof webhookDeliverySchema>

/** Webhooks there may be. */
export const maxWebhooks = 100
