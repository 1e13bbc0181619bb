const firstPauseMs = 250
export const defaultMaxPauseMs = 10_000
/** A gateway that takes a connection and drops it would be dialled for ever without a pause otherwise. */
const steadyAfterMs = 5_000

/** When to dial again: at once would be a stampede of all clients on a gateway that has just come back. */
export interface Reconnect {
  /** The connection stands. */
  opened(): void
  /** It was lost: dials later, and says how much. */
  lost(): number
  stop(): void
}

/** Pauses double up to a limit, each drawn from its upper half. `random`: 0 to 1. */
export function makeReconnect(dial: () => void, random: () => number, maxPauseMs = defaultMaxPauseMs): Reconnect {
  let pauseMs = firstPauseMs
  let steady: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  return {
    opened() {
      clearTimeout(steady)
      steady = setTimeout(() => {
        pauseMs = firstPauseMs
      }, steadyAfterMs)
    },
    lost() {
      clearTimeout(steady)
      const waitMs = Math.round(pauseMs * (0.5 + random() / 2))
      pauseMs = Math.min(maxPauseMs, pauseMs * 2)
      clearTimeout(again)
      again = setTimeout(dial, waitMs)
      return waitMs
    },
    stop() {
      clearTimeout(steady)
      clearTimeout(again)
    },
  }
}
