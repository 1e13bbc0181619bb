import { type RawMessage, readTolerantly } from '@seine/bus'
import { type Discovered, discovered } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { makeApplyApart } from '../database/apply-apart.ts'

/**
 * Messages taken in at once, and how long the first of them waits for others. Each site run among them is a transaction: so many that
 * those of one come together, also where many sites are fetched at once.
 */
export const discoveredBatch = { maxBatch: 100, maxWaitMs: 50 } as const
/** Messages of one site run entered in one go: about 400 URLs each at most. */
export const maxBatchesAtOnce = 25
/** Site runs entered at the same time: each waits for its lock and its commit. */
const siteRunsAtOnce = 4

/**
 * Handles messages of `scheduler-discovered`. One that can't be read or entered is logged and let go: the URLs whose batches
 * never come are driven again by the lifecycle.
 */
export function makeConsumeBatches(deps: {
  enter: (batches: readonly Discovered[], nowMs: number) => Promise<{ pending: number }>
  entered: () => void
  nowMs: () => number
  log: Logger
}) {
  const enterApart = makeApplyApart({
    apply: deps.enter,
    about: ({ runId: run, site, urlId, attempt, batch }) => ({ run, site, urlId, attempt, batch }),
    log: deps.log,
  })
  return async (messages: readonly RawMessage[]): Promise<void> => {
    const parts = bySiteRun(messages).values()
    const enterParts = async () => {
      for (const part of parts) {
        // Read part by part: what is read takes more memory than the messages do.
        const batches = part.flatMap((message) => read(message, deps.log) ?? [])
        if ((await enterApart(batches, deps.nowMs())).length > 0) deps.entered()
      }
    }
    await Promise.all(Array.from({ length: siteRunsAtOnce }, enterParts))
  }
}

/** Messages by the site run that their subject names, at most {@link maxBatchesAtOnce} together, in their order. */
export function bySiteRun<M extends { readonly subject: string }>(messages: readonly M[]): M[][] {
  const open = new Map<string, M[]>()
  const parts: M[][] = []
  for (const message of messages) {
    const part = open.get(message.subject)
    if (part !== undefined && part.length < maxBatchesAtOnce) {
      part.push(message)
      continue
    }
    const next = [message]
    open.set(message.subject, next)
    parts.push(next)
  }
  return parts
}

function read(message: RawMessage, log: Logger): Discovered | null {
  try {
    const parsed = readTolerantly<Discovered>(discovered.schema, JSON.parse(new TextDecoder().decode(message.data)))
    if (parsed.ok) return parsed.value
    log.error('unreadable batch', { subject: message.subject, seq: message.seq, problems: parsed.problems })
  } catch (error) {
    log.error('unreadable batch', { subject: message.subject, seq: message.seq, why: messageOf(error) })
  }
  return null
}
