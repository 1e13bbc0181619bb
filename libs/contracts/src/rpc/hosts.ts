import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { hostName, hostSchema } from '../host.ts'

/** Hosts: their clock and breaker. */
export const hostRpc = {
  getHost: defineRpc({
    name: 'rpc.scheduler.hosts.get',
    about:
      'How fast a host is asked and whether its breaker lets requests through. `not-found` before its first request.',
    input: z.strictObject({ host: hostName }),
    output: hostSchema,
  }),
  forceHost: defineRpc({
    name: 'rpc.scheduler.hosts.force',
    about: 'An operator holds a host’s breaker open or closed, or lets it decide again.',
    input: z.strictObject({
      host: hostName,
      /** Null: it decides again. */
      to: z.enum(['open', 'closed']).nullable(),
      /** Shown wherever the breaker is. */
      reason: z.string().min(1).max(200),
    }),
    output: hostSchema,
  }),
} as const
