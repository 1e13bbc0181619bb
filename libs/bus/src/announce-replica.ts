import { announceEveryMs, buckets, newId, type ServiceReplica } from '@seine/contracts'
import { type Clock, type Logger, messageOf, type Part } from '@seine/runtime'
import type { Bus } from './bus.ts'

/** Says every 5 s that this replica is there, and at the end that it is not any more; a killed one is forgotten after 20 s. */
export function announceReplica(deps: {
  bus: Pick<Bus, 'bucket'>
  name: string
  version: string
  clock: Clock
  log: Logger
}): Part {
  const { bus, name, version, clock, log } = deps
  const self: ServiceReplica = {
    name,
    version,
    replica: newId(clock.nowMs()).slice(-12),
    startedAt: new Date(clock.nowMs()).toISOString(),
  }
  const key = `${name}.${self.replica}`
  const stopping = new AbortController()
  let working: Promise<void> = Promise.resolve()

  async function work(): Promise<void> {
    const services = await bus.bucket<ServiceReplica>(buckets.services)
    while (!stopping.signal.aborted) {
      await services.put(key, self).catch((error: unknown) => log.warn('could not announce', { why: messageOf(error) }))
      await clock.sleep(announceEveryMs, stopping.signal)
    }
    await services.delete(key).catch((error: unknown) => log.debug('could not say good-bye', { why: messageOf(error) }))
  }

  return {
    name: 'announcement',
    start(fail) {
      working = work().catch(fail)
    },
    async stop() {
      stopping.abort()
      await working
    },
  }
}
