import { JetStreamApiError } from '@nats-io/jetstream'
import { createInbox, type MsgHdrs, headers as makeHeaders, type NatsConnection } from '@nats-io/transport-node'
import type { Envelope } from './envelope.ts'

/**
 * Stores all messages or none, with one sync (NATS ADR-50). Only the commit is answered, so a batch is one round trip;
 * the client's own `startBatch` waits for the first message as well.
 * Throws JetStreamApiError as the stream refuses: one duplicate id refuses the batch.
 */
export async function storeBatch(nc: NatsConnection, envelopes: readonly Envelope[], timeoutMs: number): Promise<void> {
  const batchId = createInbox().slice('_INBOX.'.length)
  const last = envelopes.length - 1
  for (const [index, { subject, data, headers }] of envelopes.entries()) {
    const marked = copyOf(headers)
    marked.set('Nats-Batch-Id', batchId)
    marked.set('Nats-Batch-Sequence', String(index + 1))
    if (index < last) {
      nc.publish(subject, data, { headers: marked })
      continue
    }
    marked.set('Nats-Batch-Commit', '1')
    const reply = await nc.request(subject, data, { headers: marked, timeout: timeoutMs })
    const answer = reply.json<{ count?: number; error?: { code: number; err_code: number; description: string } }>()
    if (answer.error !== undefined) throw new JetStreamApiError(answer.error)
    if (answer.count !== envelopes.length)
      throw new Error(`batch of ${envelopes.length} was stored as ${answer.count ?? 'none'}`)
  }
}

// A message that leaves a refused batch is published alone, without the marks.
function copyOf(headers: MsgHdrs): MsgHdrs {
  const copy = makeHeaders()
  for (const name of headers.keys()) copy.set(name, headers.get(name))
  return copy
}
