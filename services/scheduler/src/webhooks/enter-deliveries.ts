import { newId, type Run, type SeineEvent, type WebhookEvent } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { giveUpAfterMs } from './after-attempt.ts'
import { payloadOf, webhookEventsOf } from './payload.ts'

/**
 * Enters one delivery for each webhook that wants to be told of an event. An event that is seen again enters nothing: the
 * key is webhook and event. Gives how many there are to send.
 */
export function makeEnterDeliveries(deps: {
  database: Database
  /** Null: it is gone. */
  readRun: (runId: string) => Promise<Run | null>
  publicUrl: string
  nowMs: () => number
}) {
  const { database, readRun, publicUrl, nowMs } = deps

  /** Enabled webhooks that were there when it happened. */
  async function wantedBy(event: SeineEvent, kinds: readonly WebhookEvent[]) {
    return database.query<{ webhookId: string; kind: WebhookEvent }>(
      `select w.id as "webhookId", k.kind from webhooks w
       join json_array_elements_text($1::json) as k(kind) on w.events @> to_jsonb(k.kind)
       where w.enabled and w.created_at <= $2::timestamptz and (
         w.sites is null
         or ($3::text is not null and w.sites @> to_jsonb($3::text))
         or ($3::text is null and exists (
           select 1 from bulk_job_sites s where s.job_id = $4 and w.sites @> to_jsonb(s.site)))
       )`,
      [toJson(kinds), event.ts, event.site ?? null, event.job_id],
    )
  }

  return async (event: SeineEvent): Promise<number> => {
    const kinds = webhookEventsOf(event)
    const wanted = kinds.length === 0 ? [] : await wantedBy(event, kinds)
    if (wanted.length === 0) return 0
    const about = { event, run: await readRun(event.job_id) }
    const now = nowMs()
    const rows = wanted.map(({ webhookId, kind }) => ({
      id: newId(now),
      webhookId,
      kind,
      payload: payloadOf(kind, event.ts, about, publicUrl),
    }))
    const entered = await database.query(
      `insert into webhook_deliveries (id, webhook_id, event_id, event, run_id, site, payload, state, next_at, give_up_at, created_at)
       select r.id, r."webhookId", $2, r.kind, $3, $4, r.payload, 'waiting', $5::timestamptz, $6::timestamptz, $5::timestamptz
       from json_to_recordset($1::json) as r(id uuid, "webhookId" uuid, kind text, payload text)
       join webhooks w on w.id = r."webhookId"
       on conflict (webhook_id, event_id, event) do nothing returning 1`,
      [toJson(rows), event.id, event.job_id, event.site ?? null, at(now), at(now + giveUpAfterMs)],
    )
    return entered.length
  }
}
