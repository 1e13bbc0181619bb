import { type Clock, type HealthCheck, type Part, runChecks } from '@seine/runtime'

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy'

export interface Health {
  readonly status: HealthStatus
  /** By part; a reason where it is not healthy. */
  readonly parts: Record<string, { status: HealthStatus; reason?: string }>
  readonly checkedAt: string
}

export interface WatchedPart {
  readonly check: HealthCheck
  /** Nothing works without it. Otherwise its failure is `degraded`. */
  readonly isVital: boolean
}

const everyMs = 2_000
const timeoutMs = 1_500

/** Checks the parts all the time, so that the answer is there at once, however slow a part is. */
export function makeHealthWatch(
  parts: Record<string, WatchedPart>,
  clock: Clock,
): { part: Part; health: () => Health; check: () => Promise<void> } {
  const stopping = new AbortController()
  let reasons: Record<string, string> = Object.fromEntries(Object.keys(parts).map((name) => [name, 'not checked yet']))
  let checkedAtMs = clock.nowMs()
  let watching: Promise<void> = Promise.resolve()

  async function check(): Promise<void> {
    const checks = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.check]))
    reasons = await runChecks(checks, timeoutMs)
    checkedAtMs = clock.nowMs()
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await check()
      await clock.sleep(everyMs, stopping.signal)
    }
  }

  function health(): Health {
    const states = Object.entries(parts).map(([name, { isVital }]) => {
      const reason = reasons[name]
      const status: HealthStatus = reason === undefined ? 'healthy' : isVital ? 'unhealthy' : 'degraded'
      return [name, reason === undefined ? { status } : { status, reason }] as const
    })
    const has = (status: HealthStatus) => states.some(([, state]) => state.status === status)
    return {
      status: has('unhealthy') ? 'unhealthy' : has('degraded') ? 'degraded' : 'healthy',
      parts: Object.fromEntries(states),
      checkedAt: new Date(checkedAtMs).toISOString(),
    }
  }

  return {
    part: {
      name: 'health watch',
      start(fail) {
        watching = watch().catch(fail)
      },
      async stop() {
        stopping.abort()
        await watching
      },
    },
    health,
    check,
  }
}
