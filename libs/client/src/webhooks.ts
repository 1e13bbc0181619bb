import type { RpcInput, schedulerRpc, Webhook, WebhookDelivery, WebhookWithSecret } from '@seine/contracts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

/** What a webhook is to be; what has a default may be left out. */
export type WebhookInput = RpcInput<typeof schedulerRpc.createWebhook>['settings']

/** For administrators. `version`: the one that was read; ApiFailure 412 where it has changed since. */
export interface WebhooksClient {
  listWebhooks(request?: PageRequest): Promise<Page<Webhook>>
  getWebhook(id: string): Promise<Webhook>
  /** The answer holds the secret, this once. */
  createWebhook(settings: WebhookInput): Promise<WebhookWithSecret>
  replaceWebhook(id: string, version: number, settings: WebhookInput): Promise<Webhook>
  removeWebhook(id: string, version: number): Promise<Webhook>
  /** A new secret, told this once; for a day the one before signs as well. */
  rotateWebhook(id: string, version: number): Promise<WebhookWithSecret>
  /** Sends a test event; {@link deliveries} tells what came of it. */
  testWebhook(id: string): Promise<WebhookDelivery>
  deliveries(id: string, request?: PageRequest): Promise<Page<WebhookDelivery>>
  redeliver(id: string, deliveryId: string): Promise<WebhookDelivery>
}

export function webhooksClient({ json, get, send }: Transport): WebhooksClient {
  const of = (id: string) => `/api/webhooks/${encodeURIComponent(id)}`
  const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })
  return {
    listWebhooks: (page = {}) => json(`/api/webhooks${queryOf(pageOf(page))}`),
    getWebhook: (id) => get(of(id)),
    createWebhook: (settings) => send('POST', '/api/webhooks', settings),
    replaceWebhook: (id, version, settings) => send('PUT', of(id), settings, ifMatch(version)),
    removeWebhook: (id, version) => send('DELETE', of(id), {}, ifMatch(version)),
    rotateWebhook: (id, version) => send('POST', `${of(id)}/rotate`, {}, ifMatch(version)),
    testWebhook: (id) => send('POST', `${of(id)}/test`, {}),
    deliveries: (id, page = {}) => json(`${of(id)}/deliveries${queryOf(pageOf(page))}`),
    redeliver: (id, deliveryId) => send('POST', `${of(id)}/deliveries/${encodeURIComponent(deliveryId)}/redeliver`, {}),
  }
}
