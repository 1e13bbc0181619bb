import { InvalidMessage, MessageTooLarge, PublishRejected } from '@seine/bus'
import type { SeineEvent } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import type { Database } from '../database/sql.ts'

const maxBatch = 200

/**
 * Publishes what the outbox holds, in order, and deletes it. One scheduler at a time; an event published by one that died
 * before deleting it goes out again under the same message id. One that can never be published is logged and let go: all
 * events of all runs would wait behind it. Gives how many there were.
 */
export function makePublishOutbox(
  database: Database,
  publish: (event: SeineEvent, correlationId: string | undefined) => Promise<void>,
  log: Logger,
) {
  async function publishOrLetGo(event: SeineEvent, correlationId: string | undefined): Promise<void> {
    try {
      await publish(event, correlationId)
    } catch (error) {
      if (!isHopeless(error)) throw error
      const { id, type, job_id: run, site } = event
      log.error('event can not be published', { error, id, type, run, site, correlationId, why: messageOf(error) })
    }
  }

  return async (): Promise<number> => {
    const published = await database.exclusively('outbox', async () => {
      const rows = await database.query<{ id: string; event: SeineEvent; correlationId: string | null }>(
        `select o.id, o.event, j.correlation_id as "correlationId"
         from outbox o left join bulk_jobs j on j.id = (o.event->>'job_id')::uuid order by o.position limit ${maxBatch}`,
      )
      for (const { event, correlationId } of rows) await publishOrLetGo(event, correlationId ?? undefined)
      if (rows.length > 0)
        await database.query('delete from outbox where id = any($1::uuid[])', [rows.map((r) => r.id)])
      return rows.length
    })
    return published ?? 0
  }
}

/** The event itself is at fault: the next try would end as this one did. */
function isHopeless(error: unknown): boolean {
  if (error instanceof PublishRejected) return error.reason === 'too-large' || error.reason === 'refused'
  return error instanceof InvalidMessage || error instanceof MessageTooLarge
}
