import { JetStreamApiError } from '@nats-io/jetstream'
import { createInbox, type NatsConnection } from '@nats-io/transport-node'
import type { Envelope } from './envelope.ts'

const marks = { id: 'Nats-Batch-Id', sequence: 'Nats-Batch-Sequence', commit: 'Nats-Batch-Commit' } as const

/**
 * Stores all messages or none, with one sync (NATS ADR-50). Only the commit is answered, so a batch is one round trip;
 * the client's own `startBatch` waits for the first message as well. The messages are marked as the batch's: one that is sent again
 * alone has to be {@link unmark}ed.
 * Throws JetStreamApiError as the stream refuses: one duplicate id refuses the batch.
 */
export async function storeBatch(nc: NatsConnection, envelopes: readonly Envelope[], timeoutMs: number): Promise<void> {
  const batchId = createInbox().slice('_INBOX.'.length)
  const last = envelopes.length - 1
  for (const [index, { subject, data, headers }] of envelopes.entries()) {
    headers.append(marks.id, batchId)
    headers.append(marks.sequence, String(index + 1))
    if (index < last) {
      nc.publish(subject, data, { headers })
      continue
    }
    headers.append(marks.commit, '1')
    const reply = await nc.request(subject, data, { headers, timeout: timeoutMs })
    const answer = reply.json<{ count?: number; error?: { code: number; err_code: number; description: string } }>()
    if (answer.error !== undefined) throw new JetStreamApiError(answer.error)
    if (answer.count !== envelopes.length)
      throw new Error(`batch of ${envelopes.length} was stored as ${answer.count ?? 'none'}`)
  }
}

/** Makes a message of a batch one of its own again. */
export function unmark({ headers }: Envelope): void {
  for (const mark of Object.values(marks)) headers.delete(mark)
}
