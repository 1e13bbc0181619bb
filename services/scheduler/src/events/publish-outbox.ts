import type { SeineEvent } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

const maxBatch = 200

/**
 * Publishes what the outbox holds, in order, and deletes it. One scheduler at a time; an event published by one that died
 * before deleting it goes out again under the same message id. Gives how many there were.
 */
export function makePublishOutbox(
  database: Database,
  publish: (event: SeineEvent, correlationId: string | undefined) => Promise<void>,
) {
  return async (): Promise<number> => {
    const published = await database.exclusively('outbox', async () => {
      const rows = await database.query<{ id: string; event: SeineEvent; correlationId: string | null }>(
        `select o.id, o.event, j.correlation_id as "correlationId"
         from outbox o left join bulk_jobs j on j.id = (o.event->>'job_id')::uuid order by o.position limit ${maxBatch}`,
      )
      for (const { event, correlationId } of rows) await publish(event, correlationId ?? undefined)
      if (rows.length > 0)
        await database.query('delete from outbox where id = any($1::uuid[])', [rows.map((r) => r.id)])
      return rows.length
    })
    return published ?? 0
  }
}
