import type { DeliverWork } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'
import { signedHeaders } from './sign.ts'

/** Attempts under way of one webhook: a slow receiver holds up its own events. */
export const maxSentPerWebhook = 5
/** How long an attempt is waited for before it is looked for. */
export const leaseMs = 60_000
/** How long what could not be handed to the broker waits. */
const giveBackMs = 10_000

interface Claimed {
  readonly id: string
  readonly webhookId: string
  readonly attempt: number
  readonly payload: string
  readonly url: string
  readonly secret: string
  readonly previousSecret: string | null
}

/**
 * Hands what is due to fetchers, signed. The attempt is written down before it is published, so that one that dies between
 * loses it to the lease: it is driven again under the same id, and a receiver may see it twice.
 */
export function makeSendDue(deps: {
  database: Database
  publish: (work: DeliverWork) => Promise<void>
  /** Attempts at a webhook that fetchers have not ended. */
  pendingFor: (webhookId: string) => Promise<number>
  nowMs: () => number
  log: Logger
}): () => Promise<'more' | 'idle'> {
  const { database, publish, pendingFor, nowMs, log } = deps

  async function claim(): Promise<Claimed[]> {
    return database.query<Claimed>(
      `with due as (
         select d.id from webhooks w cross join lateral (
           select id from webhook_deliveries where webhook_id = w.id and state = 'waiting' and next_at <= $1::timestamptz
             and (w.enabled or event = 'webhook.test')
           order by next_at, id limit greatest(0, ${maxSentPerWebhook} - (
             select count(*) from webhook_deliveries s where s.webhook_id = w.id and s.state = 'sent'))
         ) d
       )
       update webhook_deliveries d set state = 'sent', attempts = d.attempts + 1, lease_until = $2::timestamptz
       from due, webhooks w where d.id = due.id and d.state = 'waiting' and w.id = d.webhook_id
       returning d.id, w.id as "webhookId", d.attempts as attempt, d.payload, w.url, w.secret,
         case when w.previous_until > $1::timestamptz then w.previous_secret end as "previousSecret"`,
      [at(nowMs()), at(nowMs() + leaseMs)],
    )
  }

  async function send(claimed: Claimed): Promise<void> {
    const { id, webhookId, attempt, payload, url, secret, previousSecret } = claimed
    const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
    const headers = signedHeaders({ id: `msg_${id}`, nowMs: nowMs(), body: payload, secrets })
    try {
      await publish({ deliveryId: id, webhookId, attempt, url, headers, body: payload })
    } catch (error) {
      log.warn('delivery could not be sent, trying again', { delivery: id, error: messageOf(error) })
      await database.query(
        `update webhook_deliveries set state = 'waiting', next_at = $3::timestamptz where id = $1 and attempts = $2 and state = 'sent'`,
        [id, attempt, at(nowMs() + giveBackMs)],
      )
    }
  }

  /** Attempts whose end never came: a fetcher or the broker lost them. Those that no fetcher has begun are waited for. */
  async function driveLost(): Promise<void> {
    const lost = await database.query<{ webhookId: string }>(
      `select distinct webhook_id as "webhookId" from webhook_deliveries where state = 'sent' and lease_until <= $1::timestamptz`,
      [at(nowMs())],
    )
    for (const { webhookId } of lost) {
      const isWaitedFor = (await pendingFor(webhookId)) > 0
      const change = isWaitedFor ? 'lease_until = $3::timestamptz' : `state = 'waiting', next_at = $2::timestamptz`
      const values = [webhookId, at(nowMs()), ...(isWaitedFor ? [at(nowMs() + leaseMs)] : [])]
      await database.query(
        `update webhook_deliveries set ${change} where webhook_id = $1 and state = 'sent' and lease_until <= $2::timestamptz`,
        values,
      )
    }
  }

  async function giveUpOld(): Promise<void> {
    await database.query(
      `update webhook_deliveries set state = 'failed', error = coalesce(error, 'its webhook was disabled')
       where state = 'waiting' and give_up_at <= $1::timestamptz`,
      [at(nowMs())],
    )
  }

  return async () => {
    const sent = await database.exclusively('deliveries', async () => {
      await driveLost()
      await giveUpOld()
      const claimed = await claim()
      await Promise.all(claimed.map(send))
      return claimed.length
    })
    return (sent ?? 0) > 0 ? 'more' : 'idle'
  }
}
