import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { metricList } from '@seine/telemetry'
import { expect, test } from 'vitest'
import { parse, parseDocument, stringify } from 'yaml'
import { dashboardFile, dashboards, dashboardText } from '../deploy/monitoring/dashboards.ts'

const root = resolve(import.meta.dirname, '..')
const monitoring = join(root, 'deploy/monitoring')
const run = promisify(execFile)

interface Rules {
  readonly groups: { rules: { alert: string; expr: string; annotations: { summary: string; runbook_url: string } }[] }[]
}

const alerts = (parse(readFileSync(join(monitoring, 'rules.yml'), 'utf8')) as Rules).groups.flatMap(
  ({ rules }) => rules,
)

/** Names in a query that could be metrics: ours, Node's, the broker's exporter's. */
function metricsIn(expr: string): string[] {
  return expr.match(/\b(seine|bulk_jobs|nodejs|process|gnatsd)_[a-z0-9_]+/g) ?? []
}

function isKnown(metric: string): boolean {
  if (/^(nodejs|process|gnatsd)_/.test(metric)) return true
  return metric in metricList || metric.replace(/_(bucket|sum|count)$/, '') in metricList
}

test.each(alerts.map((alert) => [alert.alert, alert] as const))(
  '%s asks for metrics that there are and has a runbook',
  (_, alert) => {
    expect(metricsIn(alert.expr).filter((metric) => !isKnown(metric))).toEqual([])
    expect(existsSync(join(root, alert.annotations.runbook_url)), alert.annotations.runbook_url).toBe(true)
  },
)

test.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))(
  'the dashboard %s asks for metrics that there are',
  (_, dashboard) => {
    for (const { queries } of dashboard.graphs)
      for (const expr of Object.values(queries))
        expect(metricsIn(expr).filter((metric) => !isKnown(metric))).toEqual([])
    expect(readFileSync(dashboardFile(dashboard), 'utf8')).toBe(dashboardText(dashboard))
  },
)

const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
)

test.skipIf(!hasPromtool)('Prometheus reads the rules (needs promtool)', async () => {
  const { stdout } = await run('promtool', ['check', 'rules', join(monitoring, 'rules.yml')])
  expect(stdout).toContain(`SUCCESS: ${alerts.length} rules found`)
})

test.skipIf(!hasPromtool)('Prometheus understands every query of the dashboards (needs promtool)', async () => {
  const exprs = dashboards.flatMap(({ graphs }) => graphs.flatMap(({ queries }) => Object.values(queries)))
  const folder = await mkdtemp(join(tmpdir(), 'seine-rules-'))
  try {
    const rules = exprs.map((expr, index) => ({ record: `query:number${index}`, expr }))
    const file = join(folder, 'rules.yml')
    await writeFile(file, stringify({ groups: [{ name: 'dashboards', rules }] }))
    expect((await run('promtool', ['check', 'rules', file])).stdout).toContain(`SUCCESS: ${exprs.length} rules found`)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('Prometheus in compose asks for services that compose has, and is given the rules where it looks for them', () => {
  const compose = parseDocument(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }).toJS() as {
    services: Record<string, { volumes?: string[] }>
  }
  const config = parse(readFileSync(join(monitoring, 'prometheus.yml'), 'utf8')) as {
    rule_files: string[]
    scrape_configs: { dns_sd_configs?: { names: string[] }[]; static_configs?: { targets: string[] }[] }[]
  }
  const hosts = config.scrape_configs.flatMap(({ dns_sd_configs = [], static_configs = [] }) => [
    ...dns_sd_configs.flatMap(({ names }) => names),
    ...static_configs.flatMap(({ targets }) => targets.map((target) => target.split(':')[0])),
  ])
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(hosts))
  const mounted = (compose.services.prometheus?.volumes ?? []).map((volume) => volume.split(':'))
  for (const file of [...config.rule_files, '/etc/prometheus/prometheus.yml'])
    expect(existsSync(join(root, mounted.find(([, inside]) => inside === file)?.[0] ?? 'nowhere')), file).toBe(true)
})

test.skipIf(!hasPromtool)('Prometheus reads the configuration of compose (needs promtool)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seine-prometheus-'))
  try {
    const file = join(folder, 'prometheus.yml')
    const text = readFileSync(join(monitoring, 'prometheus.yml'), 'utf8')
    await writeFile(file, text.replace('/etc/prometheus/rules.yml', join(monitoring, 'rules.yml')))
    expect((await run('promtool', ['check', 'config', file])).stdout).toContain('is valid prometheus config')
  } finally {
    await rm(folder, { recursive: true })
  }
})
