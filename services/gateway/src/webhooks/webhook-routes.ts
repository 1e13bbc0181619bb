import type { Bus } from '@seine/bus'
import {
  schedulerRpc,
  webhookDeliverySchema,
  webhookSchema,
  webhookSettingsSchema,
  webhookWithSecretSchema,
} from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { etagOf, ifMatchHeader, readIfMatch } from '../http/if-match.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const webhookParams = z.strictObject({ id: z.uuid('expected the id of a webhook') })
const deliveryParams = webhookParams.extend({ delivery: z.uuid('expected the id of a delivery') })
const one = { kind: 'data', status: 200, schema: webhookSchema } as const

/** All of them for administrators alone: the address of a webhook often lets whoever knows it in. */
export function webhookRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/webhooks',
      id: 'listWebhooks',
      access: 'admin',
      summary: 'Webhooks by name, without their secrets.',
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: webhookSchema },
      async handle({ query: { page, per_page: perPage } }, context) {
        const { webhooks, total } = await call(schedulerRpc.listWebhooks, { page, perPage }, as(context))
        return { data: webhooks, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/webhooks',
      id: 'createWebhook',
      access: 'admin',
      summary: 'Adds a webhook and tells its secret, once. Deliveries are signed as Standard Webhooks says.',
      body: webhookSettingsSchema,
      answer: { kind: 'data', status: 201, schema: webhookWithSecretSchema },
      async handle({ body: settings }, context) {
        const webhook = await call(schedulerRpc.createWebhook, { settings }, as(context))
        return { data: webhook, headers: { ...etagOf(webhook.version), Location: `/api/webhooks/${webhook.id}` } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/webhooks/{id}',
      id: 'getWebhook',
      access: 'admin',
      summary: 'A webhook without its secret; its ETag is the version that a change has to name.',
      params: webhookParams,
      answer: one,
      async handle({ params: { id: webhookId } }, context) {
        const webhook = await call(schedulerRpc.getWebhook, { webhookId }, as(context))
        return { data: webhook, headers: etagOf(webhook.version) }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/api/webhooks/{id}',
      id: 'replaceWebhook',
      access: 'admin',
      summary: 'Gives a webhook other settings, all of them; enabling it forgets its failures.',
      params: webhookParams,
      headers: ifMatchHeader,
      body: webhookSettingsSchema,
      answer: one,
      async handle({ params: { id: webhookId }, body: settings }, context) {
        const change = { webhookId, version: readIfMatch(context), settings }
        const webhook = await call(schedulerRpc.replaceWebhook, change, as(context))
        return { data: webhook, headers: etagOf(webhook.version) }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/webhooks/{id}',
      id: 'removeWebhook',
      access: 'admin',
      summary: 'Takes a webhook away with its deliveries.',
      params: webhookParams,
      headers: ifMatchHeader,
      answer: one,
      async handle({ params: { id: webhookId } }, context) {
        const which = { webhookId, version: readIfMatch(context) }
        return { data: await call(schedulerRpc.removeWebhook, which, as(context)), message: 'removed' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/webhooks/{id}/rotate',
      id: 'rotateWebhook',
      access: 'admin',
      summary: 'Gives a webhook a new secret and tells it, once; for a day the one before signs as well.',
      params: webhookParams,
      headers: ifMatchHeader,
      answer: { kind: 'data', status: 200, schema: webhookWithSecretSchema },
      async handle({ params: { id: webhookId } }, context) {
        const which = { webhookId, version: readIfMatch(context) }
        const webhook = await call(schedulerRpc.rotateWebhook, which, as(context))
        return { data: webhook, headers: etagOf(webhook.version) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/webhooks/{id}/test',
      id: 'testWebhook',
      access: 'admin',
      summary: 'Sends a test event, also to a disabled webhook, tried once; its delivery tells what came of it.',
      params: webhookParams,
      answer: { kind: 'data', status: 202, schema: webhookDeliverySchema },
      async handle({ params: { id: webhookId } }, context) {
        return { data: await call(schedulerRpc.testWebhook, { webhookId }, as(context)) }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/webhooks/{id}/deliveries',
      id: 'listDeliveries',
      access: 'admin',
      summary: 'What was sent to a webhook in the last 30 days and what it answered, newest first.',
      params: webhookParams,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: webhookDeliverySchema },
      async handle({ params: { id: webhookId }, query: { page, per_page: perPage } }, context) {
        const asked = { webhookId, page, perPage }
        const { deliveries, total } = await call(schedulerRpc.listDeliveries, asked, as(context))
        return { data: deliveries, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/webhooks/{id}/deliveries/{delivery}/redeliver',
      id: 'redeliver',
      access: 'admin',
      summary: 'Sends a delivery again, under its id.',
      params: deliveryParams,
      answer: { kind: 'data', status: 202, schema: webhookDeliverySchema },
      async handle({ params: { id: webhookId, delivery: deliveryId } }, context) {
        return { data: await call(schedulerRpc.redeliver, { webhookId, deliveryId }, as(context)) }
      },
    }),
  ]
}
