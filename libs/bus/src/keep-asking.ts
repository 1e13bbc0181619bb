import type { Clock, Logger } from '@seine/runtime'
import type { Bell } from './bell.ts'
import type { Intake } from './intake.ts'

/** Pause after a consumer could not be asked: it may not be provisioned yet, or the broker is away. */
const unavailablePauseMs = 500

/**
 * Asks for as many messages as there is room for, again and again until the signal. Asks for less than `worthAsking` only
 * when there is no more: one message at a time would cost a request each.
 */
export async function keepAsking(deps: {
  intake: Intake
  room: () => number
  worthAsking: number
  /** Rung when there is more room. */
  freed: Bell
  clock: Clock
  log: Logger
  signal: AbortSignal
}): Promise<void> {
  const { intake, room, worthAsking, freed, clock, log, signal } = deps
  let trouble: string | null = null
  while (!signal.aborted) {
    const free = room()
    if (free < worthAsking) {
      await freed.rung()
      continue
    }
    const result = await intake.ask(free)
    if (signal.aborted) return
    const reason = result === 'ended' ? null : result.unavailable
    // Told once, not twice a second.
    if (reason !== trouble) {
      if (reason === null) log.info('consumer answers again')
      else log.warn('consumer unavailable, asking again', { reason })
      trouble = reason
    }
    if (reason !== null) await clock.sleep(unavailablePauseMs, signal)
  }
}
