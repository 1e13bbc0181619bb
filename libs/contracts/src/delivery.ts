import { z } from 'zod'
import { defineMessage } from './define.ts'

/** One attempt to deliver an event to a webhook. From: scheduler. To: a fetcher, behind the address guard. Stream: DELIVERIES. */
export const deliverWork = defineMessage({
  name: 'work.deliver',
  version: 1,
  stream: 'DELIVERIES',
  about: 'One attempt to deliver an event to a webhook, signed.',
  subjectPattern: 'work.deliver.<webhook>',
  schema: z.strictObject({
    deliveryId: z.uuid(),
    webhookId: z.uuid(),
    attempt: z.int().positive(),
    url: z.string().max(2_000),
    headers: z.record(z.string(), z.string()),
    /** The body, byte for byte what is signed. */
    body: z.string().max(200_000),
  }),
  subject: (m) => `work.deliver.${m.webhookId}`,
  messageId: (m) => `${m.deliveryId}:${m.attempt}`,
})

export type DeliverWork = z.output<typeof deliverWork.schema>

/** How an attempt ended. From: fetcher. Stream: RESULTS. Idempotent by delivery and attempt. */
export const deliveryResult = defineMessage({
  name: 'result.delivery',
  version: 1,
  stream: 'RESULTS',
  about: 'How an attempt to deliver to a webhook ended.',
  subjectPattern: 'result.delivery.<webhook>',
  schema: z.strictObject({
    deliveryId: z.uuid(),
    webhookId: z.uuid(),
    attempt: z.int().positive(),
    /** 0: no answer. */
    status: z.int().nonnegative(),
    /** Why there was none. Null: there was one. */
    error: z.string().max(500).nullable(),
    /** The beginning of the answer. */
    response: z.string().max(500),
    /** The receiver asks for this pause. Null: it says nothing. */
    retryAfterMs: z.number().nonnegative().nullable(),
    durationMs: z.number().nonnegative(),
  }),
  subject: (m) => `result.delivery.${m.webhookId}`,
  messageId: (m) => `${m.deliveryId}:${m.attempt}`,
})

export type DeliveryResult = z.output<typeof deliveryResult.schema>
