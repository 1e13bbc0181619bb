import type { RawMessage } from '@seine/bus'
import { outcomeHeader, readOutcome } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { makeApplyApart } from '../database/apply-apart.ts'
import type { Applied } from './apply-outcomes.ts'
import type { ReceivedOutcome } from './fold-outcomes.ts'

/** Outcomes applied in one statement, and how long the first of them waits for others. */
export const outcomeBatch = { maxBatch: 500, maxWaitMs: 20 } as const

/**
 * Handles messages of `scheduler-outcomes`, which have headers alone. One that can't be read or entered is logged and let go: its lease
 * runs out.
 */
export function makeConsumeOutcomes(deps: {
  apply: (received: readonly ReceivedOutcome[], nowMs: number) => Promise<Applied>
  applied: (applied: Applied) => void
  nowMs: () => number
  log: Logger
}) {
  const applyApart = makeApplyApart({
    apply: deps.apply,
    about: ({ runId: run, site, outcome: { urlId, attempt, detail } }) => ({ run, site, urlId, attempt, detail }),
    log: deps.log,
  })
  return async (messages: readonly RawMessage[]): Promise<void> => {
    const received = messages.flatMap((message) => read(message, deps.log) ?? [])
    for (const applied of await applyApart(received, deps.nowMs())) deps.applied(applied)
  }
}

function read(message: RawMessage, log: Logger): ReceivedOutcome | null {
  const [, , runId, site] = message.subject.split('.')
  try {
    const header = message.headers(outcomeHeader)
    if (runId === undefined || site === undefined || header === undefined) throw new Error(`no ${outcomeHeader}`)
    return { runId, site, outcome: readOutcome(header) }
  } catch (error) {
    log.error('unreadable outcome', { subject: message.subject, seq: message.seq, why: messageOf(error) })
    return null
  }
}
