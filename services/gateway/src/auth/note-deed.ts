import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import { as } from '../http/call-options.ts'
import type { RequestContext } from '../http/route.ts'

export interface Deed {
  /** `key.created`. */
  readonly action: string
  /** The name of a user, the id of a key. */
  readonly subject: string
  readonly details?: Record<string, string | null | string[]>
}

/**
 * Writes down who did something to users and keys. Never rejects: a key has to be revocable while the scheduler, which keeps
 * the book, is away; the deed is in the log then.
 */
export type NoteDeed = (deed: Deed, context: Pick<RequestContext, 'correlationId' | 'caller'>) => Promise<void>

export function makeNoteDeed({ call, log }: { call: Bus['call']; log: Logger }): NoteDeed {
  return async (deed, context) => {
    const { correlationId, caller } = context
    // `key.created` is no secret; a field named after one would be taken out.
    log.info('access changed', { deed: deed.action, subject: deed.subject, by: caller.name, correlationId })
    try {
      await call(schedulerRpc.recordAudit, deed, { ...as(context), timeoutMs: 2_000 })
    } catch (error) {
      log.warn('not in the audit', { deed: deed.action, subject: deed.subject, error: messageOf(error), correlationId })
    }
  }
}
