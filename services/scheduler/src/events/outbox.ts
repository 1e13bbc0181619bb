import { type EventData, type EventType, newId, type SeineEvent, type Step } from '@seine/contracts'
import type { Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'

/** An event as it is known inside; time and id are added when it is written down. */
export type NewEvent = {
  [T in EventType]: {
    readonly runId: string
    /** Absent: the run's own. */
    readonly site?: string
    readonly step: Step | null
    readonly level?: SeineEvent['level']
    readonly type: T
    readonly data: EventData<T>
  }
}[EventType]

/** The event as it travels. */
export function eventOf(event: NewEvent, nowMs: number): SeineEvent {
  const { runId, site, step, level = 'info', type, data } = event
  return {
    ts: new Date(nowMs).toISOString(),
    level,
    job_id: runId,
    ...(site === undefined ? {} : { site }),
    step,
    id: newId(nowMs),
    type,
    data,
  } as SeineEvent
}

/** Writes events down in the transaction that makes them true: they are published after it, once, whoever dies between. */
export async function recordEvents(sql: Sql, events: readonly NewEvent[], nowMs: number): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event) => eventOf(event, nowMs))
  await sql.query(
    `insert into outbox (id, event)
     select (e->>'id')::uuid, e::jsonb from json_array_elements($1::json) with ordinality as x(e, place) order by place`,
    [toJson(rows)],
  )
}
