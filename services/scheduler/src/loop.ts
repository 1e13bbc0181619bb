import type { Clock, Logger, Part } from '@seine/runtime'

export interface Loop extends Part {
  /** Asks for a round now, or one more after the one that runs. */
  wake(): void
}

const firstBackoffMs = 200
const maxBackoffMs = 5_000

/**
 * Does `round` every `everyMs`, at once when woken, and again at once as long as it says that there is more. A round that
 * throws (the database or the broker is away) is logged and tried again with growing pauses: nothing dies of it.
 */
export function makeLoop(options: {
  name: string
  everyMs: number
  round: (signal: AbortSignal) => Promise<'more' | 'idle'>
  clock: Clock
  log: Logger
}): Loop {
  const { name, everyMs, round, clock, log } = options
  const stopping = new AbortController()
  let working: Promise<void> = Promise.resolve()
  let woken = false
  let nap: AbortController | null = null

  async function work(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      woken = false
      let next: 'more' | 'idle' = 'idle'
      try {
        next = await round(stopping.signal)
        if (failures > 0) log.info(`${name} goes on`, { failures })
        failures = 0
      } catch (error) {
        const pauseMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** failures++)
        log.warn(`${name} failed, trying again`, { error, pauseMs })
        await clock.sleep(pauseMs, stopping.signal)
        continue
      }
      if (next === 'more' || woken || stopping.signal.aborted) continue
      nap = new AbortController()
      await clock.sleep(everyMs, nap.signal)
      nap = null
    }
  }

  return {
    name,
    start(fail) {
      working = work().catch(fail)
    },
    async stop() {
      stopping.abort()
      nap?.abort()
      await working
    },
    wake() {
      woken = true
      nap?.abort()
    },
  }
}
