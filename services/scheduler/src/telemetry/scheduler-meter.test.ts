import type { Bus } from '@seine/bus'
import { makeMetrics } from '@seine/telemetry'
import { expect, test } from 'vitest'
import { makeSchedulerMeter } from './scheduler-meter.ts'

const bus = {
  jsm: async () => ({ consumers: { info: async () => ({ num_pending: 3, num_ack_pending: 2 }) } }),
} as unknown as Pick<Bus, 'jsm'>

test('backlog and lag are asked for when they are read, and a pool with nothing left to do says so', async () => {
  const metrics = makeMetrics('scheduler', '1')
  let pools: Record<string, { pending: number; leased: number }> = { http: { pending: 7, leased: 1 } }
  const stats = { activeRuns: 1, pausedRuns: 0, kinds: {}, database: { sizeBytes: 0, connections: 0 } }
  makeSchedulerMeter({ metrics, bus, readStats: async () => ({ ...stats, pools }) as never })
  expect(await metrics.text()).toContain('seine_backlog_tasks{pool="http",state="pending"} 7')
  pools = {}
  const text = await metrics.text()
  expect(text).toContain('seine_backlog_tasks{pool="http",state="pending"} 0')
  expect(text).toContain('seine_ledger_lag_messages 5')
})

test('a run that ended is counted with its time, other events are not', async () => {
  const metrics = makeMetrics('scheduler', '1')
  const meter = makeSchedulerMeter({ metrics, bus, readStats: () => Promise.reject(new Error('not asked')) })
  meter.told({ type: 'run.started', data: {} } as never)
  meter.told({ type: 'run.finished', data: { status: 'completed', durationMs: 2_000 } } as never)
  const text = await metrics.text()
  expect(text).toContain('bulk_jobs_total{status="completed"} 1')
  expect(text).toContain('bulk_jobs_duration_seconds_sum{status="completed"} 2')
})
