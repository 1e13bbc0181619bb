import type { Clock } from '@seine/runtime'

/** What a page is waiting for: its requests under way, those that wait for their host's slot included. */
export interface Activity {
  /** A request begins; the function it gives is called when it has been answered. */
  begin(): () => void
  /** Requests begun so far. */
  readonly begun: number
  /**
   * Resolves when nothing has been under way for `quietMs`; at the latest when all that began within `patienceMs` from
   * now has been answered, so that a page which polls for ever is read all the same. Also when the signal is aborted.
   */
  settled(wait: { quietMs: number; patienceMs: number }, signal: AbortSignal): Promise<void>
}

const lookMs = 25

export function makeActivity(clock: Clock): Activity {
  const underWay = new Set<{ readonly beganAtMs: number }>()
  let changedAtMs = clock.nowMs()
  let begun = 0

  return {
    begin() {
      const request = { beganAtMs: clock.nowMs() }
      underWay.add(request)
      begun++
      changedAtMs = request.beganAtMs
      return () => {
        underWay.delete(request)
        changedAtMs = clock.nowMs()
      }
    },
    get begun() {
      return begun
    },
    async settled({ quietMs, patienceMs }, signal) {
      const startMs = clock.nowMs()
      const lastMs = startMs + patienceMs
      let waitedAtMs = startMs
      while (!signal.aborted) {
        const now = clock.nowMs()
        if ([...underWay].some(({ beganAtMs }) => beganAtMs <= lastMs)) waitedAtMs = now
        // Quiet counts from here: what happened before tells nothing about what the loaded page does next.
        const quietSinceMs = Math.max(changedAtMs, startMs)
        if (underWay.size === 0 && now - quietSinceMs >= quietMs) return
        if (now >= lastMs && now - waitedAtMs >= quietMs) return
        await clock.sleep(lookMs, signal)
      }
    },
  }
}
