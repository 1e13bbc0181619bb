import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagedProcess } from '@seine/stack'

/** A service that can't start while another thing is broken is started again and again, as a supervisor does. */
const pauseMs = 500
const giveUpAfterMs = 180_000

/** Resolves when it is ready. Throws its last words when it does not come back. */
export async function bringBack(process: ManagedProcess): Promise<void> {
  const untilMs = performance.now() + giveUpAfterMs
  for (;;) {
    if (process.state === 'ready') return
    try {
      return await process.start()
    } catch (error) {
      if (performance.now() > untilMs) throw error
      await sleep(pauseMs)
    }
  }
}
