import { type Bus, RpcError } from '@seine/bus'
import {
  maxWebhooks,
  newId,
  schedulerRpc,
  type Webhook,
  type WebhookDelivery,
  type WebhookSettings,
  type WebhookWithSecret,
} from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { type Doer, recordAudit } from '../audit/record-audit.ts'
import { at, type Database, type Sql } from '../database/sql.ts'
import { giveUpAfterMs } from './after-attempt.ts'
import { payloadOf } from './payload.ts'
import { newSecret } from './sign.ts'
import { readDeliveries, readWebhooks, type WebhookRow, webhookView } from './webhook-rows.ts'

/** How long the secret before signs beside the new one. */
export const oldSecretSignsMs = 24 * 60 * 60_000

/** Answers what is asked about webhooks. `due`: there is something to send. */
export function serveWebhooks(deps: {
  bus: Pick<Bus, 'serve' | 'nowMs'>
  database: Database
  publicUrl: string
  due: () => void
}): Part[] {
  const { bus, database, publicUrl, due } = deps
  const now = () => at(bus.nowMs())

  /** The host alone of its address: whoever knows all of it may be let in by it. */
  const told = (
    sql: Sql,
    doer: Doer,
    action: string,
    { name, url, enabled }: Pick<WebhookRow, 'name' | 'url' | 'enabled'>,
  ) => recordAudit(sql, doer, { action, subject: name, details: { host: new URL(url).host, enabled } }, bus.nowMs())

  async function row(id: string): Promise<WebhookRow> {
    const [found] = await readWebhooks(database, 'where w.id = $1', [id])
    if (found === undefined) throw unknown(id)
    return found
  }

  async function create(settings: WebhookSettings, doer: Doer): Promise<WebhookWithSecret> {
    const id = newId(bus.nowMs())
    const secret = newSecret()
    await database.transaction(async (sql) => {
      await oneAtATime(sql)
      await refuseTakenName(sql, settings.name, id)
      const [{ n } = { n: 0 }] = await sql.query<{ n: number }>('select count(*)::int as n from webhooks')
      if (n >= maxWebhooks) throw new RpcError('conflict', `there are ${maxWebhooks} webhooks, the most there may be`)
      await sql.query(
        `insert into webhooks (id, name, url, events, sites, enabled, secret, created_at, updated_at)
         values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8::timestamptz, $8::timestamptz)`,
        [id, ...columnsOf(settings), secret, now()],
      )
      await told(sql, doer, 'webhook.added', settings)
    })
    return { ...webhookView(await row(id)), secret }
  }

  async function replace(id: string, version: number, settings: WebhookSettings, doer: Doer): Promise<Webhook> {
    await database.transaction(async (sql) => {
      await oneAtATime(sql)
      await lockVersion(sql, id, version)
      await refuseTakenName(sql, settings.name, id)
      // Whoever enables it, or sends elsewhere, starts anew.
      await sql.query(
        `update webhooks set name = $2, url = $3, events = $4::jsonb, sites = $5::jsonb, enabled = $6, version = version + 1,
           updated_at = $7::timestamptz, disabled_reason = null,
           failures = case when url <> $3 or (not enabled and $6) then 0 else failures end,
           failing_since = case when url <> $3 or (not enabled and $6) then null else failing_since end
         where id = $1`,
        [id, ...columnsOf(settings), now()],
      )
      await told(sql, doer, 'webhook.changed', settings)
    })
    due()
    return webhookView(await row(id))
  }

  async function rotate(id: string, version: number, doer: Doer): Promise<WebhookWithSecret> {
    const before = await row(id)
    const secret = newSecret()
    await database.transaction(async (sql) => {
      await lockVersion(sql, id, version)
      await sql.query(
        `update webhooks set previous_secret = secret, previous_until = $3::timestamptz, secret = $2, version = version + 1,
           updated_at = $4::timestamptz where id = $1`,
        [id, secret, at(bus.nowMs() + oldSecretSignsMs), now()],
      )
      await told(sql, doer, 'webhook.secret-changed', before)
    })
    return { ...webhookView(await row(id)), secret }
  }

  async function remove(id: string, version: number, doer: Doer): Promise<Webhook> {
    const before = await row(id)
    await database.transaction(async (sql) => {
      await lockVersion(sql, id, version)
      await sql.query('delete from webhooks where id = $1', [id])
      await told(sql, doer, 'webhook.removed', before)
    })
    return webhookView(before)
  }

  async function sendTest(webhookId: string): Promise<WebhookDelivery> {
    await row(webhookId)
    const id = newId(bus.nowMs())
    const payload = payloadOf('webhook.test', now(), null, publicUrl)
    await database.query(
      `insert into webhook_deliveries (id, webhook_id, event_id, event, payload, state, next_at, give_up_at, created_at)
       values ($1, $2, $1, 'webhook.test', $3, 'waiting', $4::timestamptz, $5::timestamptz, $4::timestamptz)`,
      [id, webhookId, payload, now(), at(bus.nowMs() + giveUpAfterMs)],
    )
    due()
    return delivery(webhookId, id)
  }

  async function delivery(webhookId: string, id: string): Promise<WebhookDelivery> {
    const [found] = await readDeliveries(database, 'where d.id = $1 and d.webhook_id = $2', [id, webhookId])
    if (found === undefined) throw new RpcError('not-found', `no delivery ${id} of webhook ${webhookId}`)
    return found
  }

  async function redeliver(webhookId: string, id: string): Promise<WebhookDelivery> {
    await delivery(webhookId, id)
    const again = await database.query(
      `update webhook_deliveries set state = 'waiting', failures = 0, next_at = $2::timestamptz, give_up_at = $3::timestamptz,
         delivered_at = null where id = $1 and state <> 'sent' returning 1`,
      [id, now(), at(bus.nowMs() + giveUpAfterMs)],
    )
    if (again.length === 0) throw new RpcError('conflict', 'an attempt is under way')
    due()
    return delivery(webhookId, id)
  }

  async function deliveries(webhookId: string, page: number, perPage: number) {
    await row(webhookId)
    const [{ total } = { total: 0 }] = await database.query<{ total: number }>(
      'select count(*)::int as total from webhook_deliveries where webhook_id = $1',
      [webhookId],
    )
    const tail = 'where d.webhook_id = $1 order by d.created_at desc, d.id desc limit $2 offset $3'
    return { deliveries: await readDeliveries(database, tail, [webhookId, perPage, (page - 1) * perPage]), total }
  }

  return [
    bus.serve(schedulerRpc.listWebhooks, async ({ page, perPage }) => {
      const [{ total } = { total: 0 }] = await database.query<{ total: number }>(
        'select count(*)::int as total from webhooks',
      )
      const rows = await readWebhooks(database, 'order by w.name limit $1 offset $2', [perPage, (page - 1) * perPage])
      return { webhooks: rows.map(webhookView), total }
    }),
    bus.serve(schedulerRpc.createWebhook, ({ settings }, doer) => create(settings, doer)),
    bus.serve(schedulerRpc.getWebhook, async ({ webhookId }) => webhookView(await row(webhookId))),
    bus.serve(schedulerRpc.replaceWebhook, (asked, doer) =>
      replace(asked.webhookId, asked.version, asked.settings, doer),
    ),
    bus.serve(schedulerRpc.removeWebhook, ({ webhookId, version }, doer) => remove(webhookId, version, doer)),
    bus.serve(schedulerRpc.rotateWebhook, ({ webhookId, version }, doer) => rotate(webhookId, version, doer)),
    bus.serve(schedulerRpc.testWebhook, ({ webhookId }) => sendTest(webhookId)),
    bus.serve(schedulerRpc.listDeliveries, ({ webhookId, page, perPage }) => deliveries(webhookId, page, perPage)),
    bus.serve(schedulerRpc.redeliver, ({ webhookId, deliveryId }) => redeliver(webhookId, deliveryId)),
  ]
}

/** In the order of the statements above. */
function columnsOf({ name, url, events, sites, enabled }: WebhookSettings): unknown[] {
  return [name, url, JSON.stringify(events), sites === undefined ? null : JSON.stringify(sites), enabled]
}

/** Settings are written one after the other: names stay unique and their number bounded. */
const oneAtATime = (sql: Sql) => sql.query(`select pg_advisory_xact_lock(hashtextextended('webhooks', 0))`)

async function lockVersion(sql: Sql, id: string, version: number): Promise<void> {
  const [found] = await readWebhooks(sql, 'where w.id = $1 for update', [id])
  if (found === undefined) throw unknown(id)
  if (found.version === version) return
  throw new RpcError('stale', `the webhook has version ${found.version} by now`, { version: found.version })
}

async function refuseTakenName(sql: Sql, name: string, id: string): Promise<void> {
  const others = await sql.query('select 1 from webhooks where name = $1 and id <> $2', [name, id])
  if (others.length > 0) throw new RpcError('conflict', `there is a webhook named '${name}'`, { field: 'name' })
}

const unknown = (id: string) => new RpcError('not-found', `no webhook ${id}`)
