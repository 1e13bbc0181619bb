import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { webhookDeliverySchema, webhookSchema, webhookSettingsSchema, webhookWithSecretSchema } from '../webhook.ts'
import { pageRequest } from './request.ts'

const webhookRef = z.strictObject({ webhookId: z.uuid() })
const versioned = webhookRef.extend({ version: z.int().positive() })

/** Webhooks: who is told of what happens. */
export const webhookRpc = {
  listWebhooks: defineRpc({
    name: 'rpc.scheduler.webhooks.list',
    about: 'Webhooks by name.',
    input: z.strictObject(pageRequest),
    output: z.strictObject({ webhooks: z.array(webhookSchema), total: z.int() }),
  }),
  createWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.create',
    about: 'Adds a webhook and tells its secret, once. `conflict` for a name that is taken.',
    input: z.strictObject({ settings: webhookSettingsSchema }),
    output: webhookWithSecretSchema,
  }),
  getWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.get',
    about: 'One webhook, without its secret.',
    input: webhookRef,
    output: webhookSchema,
  }),
  replaceWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.replace',
    about:
      'Gives a webhook other settings; enabling it forgets its failures. `stale` when it has another version by now.',
    input: versioned.extend({ settings: webhookSettingsSchema }),
    output: webhookSchema,
  }),
  removeWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.remove',
    about: 'Takes a webhook away with its deliveries. `stale` when it has another version by now.',
    input: versioned,
    output: webhookSchema,
  }),
  rotateWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.rotate',
    about:
      'Gives a webhook a new secret and tells it, once; for a day both sign. `stale` when it has another version by now.',
    input: versioned,
    output: webhookWithSecretSchema,
  }),
  testWebhook: defineRpc({
    name: 'rpc.scheduler.webhooks.test',
    about: 'Sends a test event, enabled or not, tried once.',
    input: webhookRef,
    output: webhookDeliverySchema,
  }),
  listDeliveries: defineRpc({
    name: 'rpc.scheduler.webhooks.deliveries',
    about: 'Deliveries of a webhook of the last 30 days, newest first.',
    input: webhookRef.extend(pageRequest),
    output: z.strictObject({ deliveries: z.array(webhookDeliverySchema), total: z.int() }),
  }),
  redeliver: defineRpc({
    name: 'rpc.scheduler.webhooks.redeliver',
    about: 'Sends a delivery again, under its id. `conflict` while an attempt is under way.',
    input: webhookRef.extend({ deliveryId: z.uuid() }),
    output: webhookDeliverySchema,
  }),
} as const
