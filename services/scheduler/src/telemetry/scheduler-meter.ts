import type { Bus } from '@seine/bus'
import { consumers, type RpcOutput, type SeineEvent, type schedulerRpc } from '@seine/contracts'
import type { Metrics } from '@seine/telemetry'

/** What a scheduler counts. With several of them, runs are counted by the one that told of their end. */
export interface SchedulerMeter {
  told(event: SeineEvent): void
  entered(outcomes: readonly { outcome: { outcome: string } }[]): void
}

/** Gauges are read when they are asked for. */
export function makeSchedulerMeter(deps: {
  metrics: Metrics
  bus: Pick<Bus, 'jsm'>
  readStats: () => Promise<RpcOutput<typeof schedulerRpc.stats>>
}): SchedulerMeter {
  const { metrics, bus, readStats } = deps
  const seen = new Set<string>()
  metrics.beforeCollecting(async () => {
    const { pools, activeRuns } = await readStats()
    metrics.set('bulk_jobs_active', {}, activeRuns)
    for (const pool of Object.keys(pools)) seen.add(pool)
    for (const pool of seen) {
      // A pool that is not told of has nothing to do any more.
      const { pending, leased } = pools[pool] ?? { pending: 0, leased: 0 }
      metrics.set('seine_backlog_tasks', { pool, state: 'pending' }, pending)
      metrics.set('seine_backlog_tasks', { pool, state: 'leased' }, leased)
    }
  })
  metrics.beforeCollecting(async () => {
    const { stream, durable } = consumers.outcomes
    const { num_pending, num_ack_pending } = await (await bus.jsm()).consumers.info(stream, durable)
    metrics.set('seine_ledger_lag_messages', {}, num_pending + num_ack_pending)
  })
  return {
    told(event) {
      if (event.type !== 'run.finished') return
      const { status, durationMs } = event.data
      metrics.count('bulk_jobs_total', { status })
      metrics.observe('bulk_jobs_duration_seconds', { status }, durationMs / 1_000)
    },
    entered(outcomes) {
      for (const { outcome } of outcomes) metrics.count('seine_ledger_outcomes_total', { outcome: outcome.outcome })
    },
  }
}
