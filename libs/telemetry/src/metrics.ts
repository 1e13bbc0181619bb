import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type LabelsOf, type MetricDeclaration, type MetricName, metricList } from './metric-list.ts'

type NameOf<K extends MetricDeclaration['kind']> = {
  [N in MetricName]: (typeof metricList)[N]['kind'] extends K ? N : never
}[MetricName]

/** The numbers of one process. Counting costs well under a microsecond; nothing is sent anywhere. */
export interface Metrics {
  count<N extends NameOf<'counter'>>(name: N, labels: LabelsOf<N>, by?: number): void
  set<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void
  observe<N extends NameOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void
  /** Called before each answer to `/metrics`, for gauges that are asked for. What it throws leaves them as they were. */
  beforeCollecting(read: () => Promise<void> | void): void
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

/** The registry of one service: its own metrics and Node's (CPU, memory, event loop delay, handles). */
export function makeMetrics(service: string, version: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  const readers: (() => Promise<void> | void)[] = []

  for (const [name, declaration] of Object.entries<MetricDeclaration>(metricList)) {
    if (declaration.service !== 'every' && declaration.service !== service) continue
    const { kind, about: help, labels: labelNames, buckets } = declaration
    const settings = { name, help, labelNames: [...labelNames], registers: [registry] }
    if (kind === 'counter') counters.set(name, new Counter(settings))
    else if (kind === 'gauge') gauges.set(name, new Gauge(settings))
    else
      histograms.set(name, new Histogram({ ...settings, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }))
  }
  gauges.get('seine_build_info')?.set({ service, version }, 1)

  return {
    count: (name, labels, by = 1) => of(counters, name).inc(labels, by),
    set: (name, labels, value) => of(gauges, name).set(labels, value),
    observe: (name, labels, value) => of(histograms, name).observe(labels, value),
    beforeCollecting: (read) => void readers.push(read),
    async text() {
      await Promise.allSettled(readers.map(async (read) => read()))
      return registry.metrics()
    },
  }

  function of<T>(metrics: ReadonlyMap<string, T>, name: string): T {
    const metric = metrics.get(name)
    if (metric === undefined) throw new TypeError(`${name} is not a metric of ${service}`)
    return metric
  }
}
