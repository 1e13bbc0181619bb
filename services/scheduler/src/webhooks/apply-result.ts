import type { DeliveryResult } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { at, type Database, type Sql } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { afterAttempt } from './after-attempt.ts'

interface Attempted {
  readonly state: string
  readonly attempts: number
  readonly failures: number
  readonly giveUpAtMs: number
  readonly event: string
  readonly runId: string | null
  readonly name: string
  readonly enabled: boolean
  readonly webhookFailures: number
  readonly failingSinceMs: number | null
}

/** Takes in how an attempt ended: the delivery is done, waits for the next attempt, or is given up. */
export function makeApplyResult(deps: {
  database: Database
  /** First pause before another attempt; it doubles. */
  basePauseMs: number
  nowMs: () => number
  random: () => number
  log: Logger
}) {
  const { database, basePauseMs, nowMs, random, log } = deps

  return (result: DeliveryResult): Promise<void> =>
    database.transaction(async (sql) => {
      const row = await lock(sql, result)
      // A delivery that has ended stays as it is; so does one whose lost attempt failed after all, while another is under way.
      if (row === null || row.state === 'delivered' || row.state === 'failed') return
      const now = nowMs()
      const after = afterAttempt({
        result,
        delivery: { isTest: row.event === 'webhook.test', failures: row.failures, giveUpAtMs: row.giveUpAtMs },
        webhook: { failures: row.webhookFailures, failingSinceMs: row.failingSinceMs },
        nowMs: now,
        basePauseMs,
        random,
      })
      const { delivery, error } = after
      if (delivery.to !== 'delivered' && result.attempt < row.attempts) return
      await sql.query(
        `update webhook_deliveries set state = $2, next_at = $3::timestamptz, lease_until = null, status = $4, error = $5,
           response = $6, duration_ms = $7, delivered_at = $8::timestamptz, failures = failures + $9::int where id = $1`,
        [
          result.deliveryId,
          delivery.to,
          delivery.to === 'waiting' ? at(delivery.nextMs) : null,
          result.status === 0 ? null : result.status,
          error,
          result.response,
          result.durationMs,
          delivery.to === 'delivered' ? at(now) : null,
          error === null ? 0 : 1,
        ],
      )
      if (error === null) return noteSuccess(sql, result.webhookId, now)
      log.info('webhook not delivered', { webhook: row.name, delivery: result.deliveryId, error, to: delivery.to })
      if (row.event === 'webhook.test') return
      await noteFailure(sql, result.webhookId, now)
      if (after.disable !== null && row.enabled) await disable(sql, result.webhookId, row, after.disable, now)
    })

  async function lock(sql: Sql, { deliveryId, webhookId }: DeliveryResult): Promise<Attempted | null> {
    // The webhook first, as whoever changes its settings does.
    const rows = await sql.query<Attempted>(
      `with w as (select * from webhooks where id = $2 for update),
         d as (select * from webhook_deliveries where id = $1 and webhook_id = (select id from w) for update)
       select d.state, d.attempts, d.failures, (extract(epoch from d.give_up_at) * 1000)::float8 as "giveUpAtMs", d.event,
         d.run_id as "runId", w.name, w.enabled, w.failures as "webhookFailures",
         (extract(epoch from w.failing_since) * 1000)::float8 as "failingSinceMs" from d, w`,
      [deliveryId, webhookId],
    )
    return rows[0] ?? null
  }

  async function noteSuccess(sql: Sql, webhookId: string, now: number): Promise<void> {
    await sql.query(
      'update webhooks set failures = 0, failing_since = null, last_delivered_at = $2::timestamptz where id = $1',
      [webhookId, at(now)],
    )
  }

  async function noteFailure(sql: Sql, webhookId: string, now: number): Promise<void> {
    await sql.query(
      'update webhooks set failures = failures + 1, failing_since = coalesce(failing_since, $2::timestamptz) where id = $1',
      [webhookId, at(now)],
    )
  }

  async function disable(sql: Sql, webhookId: string, row: Attempted, reason: string, now: number): Promise<void> {
    await sql.query(
      `update webhooks set enabled = false, disabled_reason = $2, version = version + 1, updated_at = $3::timestamptz where id = $1`,
      [webhookId, reason.slice(0, 1_000), at(now)],
    )
    log.warn('webhook disabled', { webhook: row.name, reason })
    if (row.runId === null) return
    const data = { webhookId, name: row.name, reason: reason.slice(0, 1_000) }
    await recordEvents(sql, [{ runId: row.runId, step: null, level: 'warn', type: 'webhook.disabled', data }], now)
  }
}
