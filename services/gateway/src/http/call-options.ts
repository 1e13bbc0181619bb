import type { CallOptions } from '@seine/bus'
import type { RequestContext } from './route.ts'

/** What goes with a question to another service: which request it is for, and whose. */
export const as = ({ correlationId, caller }: Pick<RequestContext, 'correlationId' | 'caller'>): CallOptions => ({
  correlationId,
  actor: caller.name,
})
