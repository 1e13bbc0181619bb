import { type RawMessage, readTolerantly } from '@seine/bus'
import { type Discovered, discovered } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { makeApplyApart } from '../database/apply-apart.ts'

/** Messages entered in one go: about 400 URLs each at most. */
export const maxBatchesAtOnce = 25

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
    const batches = messages.flatMap((message) => read(message, deps.log) ?? [])
    if ((await enterApart(batches, deps.nowMs())).length > 0) deps.entered()
  }
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
