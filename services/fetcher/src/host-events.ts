import type { EventData, EventType } from '@seine/contracts'
import type { HostView } from '@seine/politeness'

/** What changed for a host, as events tell it. */
export type HostEvent = {
  [T in 'host.blocked' | 'host.breaker']: { type: T & EventType; data: EventData<T> }
}['host.blocked' | 'host.breaker']

/** A block that grows by less is the same block: every 429 of a storm would tell otherwise. */
const minGrowthMs = 1_000

/** The events between two looks at a host: its breaker moved, or it is left alone for longer. Pure. */
export function hostEvents(host: string, before: HostView, after: HostView): HostEvent[] {
  const events: HostEvent[] = []
  if (after.breaker !== before.breaker)
    events.push({
      type: 'host.breaker',
      data: {
        host,
        state: after.breaker,
        ...(after.probeAtMs === null ? {} : { untilMs: after.probeAtMs }),
        ...(after.breakerReason === '' ? {} : { reason: after.breakerReason }),
      },
    })
  if (after.blockedUntilMs !== null && after.blockedUntilMs - (before.blockedUntilMs ?? 0) >= minGrowthMs)
    events.push({
      type: 'host.blocked',
      data: { host, untilMs: after.blockedUntilMs, reason: after.blockedReason },
    })
  return events
}
