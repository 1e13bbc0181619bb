import type { SeineEvent } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

const maxBatch = 200

/**
 * Publishes what the outbox holds, in order, and deletes it. One scheduler at a time; an event published by one that died
 * before deleting it goes out again under the same message id. Gives how many there were.
 */
export function makePublishOutbox(database: Database, publish: (event: SeineEvent) => Promise<void>) {
  return async (): Promise<number> => {
    const published = await database.exclusively('outbox', async () => {
      const rows = await database.query<{ id: string; event: SeineEvent }>(
        `select id, event from outbox order by position limit ${maxBatch}`,
      )
      for (const { event } of rows) await publish(event)
      if (rows.length > 0)
        await database.query('delete from outbox where id = any($1::uuid[])', [rows.map((r) => r.id)])
      return rows.length
    })
    return published ?? 0
  }
}
