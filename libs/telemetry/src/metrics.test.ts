import { expect, test } from 'vitest'
import { metricList } from './metric-list.ts'
import { metricTable } from './metric-table.ts'
import { makeMetrics } from './metrics.ts'

test('what is counted is told in the text format, with Node’s own numbers', async () => {
  const metrics = makeMetrics('fetcher', '1.2.3')
  metrics.count('seine_pages_total', { pool: 'http', kind: 'page', outcome: 'ok' }, 2)
  metrics.observe('seine_fetch_phase_seconds', { phase: 'fetch' }, 0.2)
  const text = await metrics.text()
  expect(text).toContain('seine_pages_total{pool="http",kind="page",outcome="ok"} 2')
  expect(text).toContain('seine_fetch_phase_seconds_bucket{le="0.25",phase="fetch"} 1')
  expect(text).toContain('seine_build_info{service="fetcher",version="1.2.3"} 1')
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  expect(text).not.toContain('bulk_jobs_total')
})

test('gauges that are asked for are read before each answer, and one that can’t be read spoils nothing', async () => {
  const metrics = makeMetrics('scheduler', '1')
  let active = 0
  metrics.beforeCollecting(() => metrics.set('bulk_jobs_active', {}, ++active))
  metrics.beforeCollecting(() => Promise.reject(new Error('no database')))
  await metrics.text()
  expect(await metrics.text()).toContain('bulk_jobs_active 2')
})

test('a metric of another service is a mistake that is told', () => {
  expect(() => makeMetrics('gateway', '1').count('bulk_jobs_total', { status: 'completed' })).toThrow(
    'bulk_jobs_total is not a metric of gateway',
  )
})

test('names follow the conventions: counters end in _total, histograms in their unit, no label has many values', () => {
  for (const [name, { kind, labels }] of Object.entries(metricList)) {
    expect(name).toMatch(/^(bulk_jobs|seine)_[a-z_]+$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/)
    for (const label of labels) expect(['url', 'host', 'site', 'run', 'id']).not.toContain(label)
  }
})

test('every metric has a row in the table', () => {
  expect(metricTable().split('\n')).toHaveLength(2 + Object.keys(metricList).length)
})
