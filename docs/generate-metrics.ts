import { writeFileSync } from 'node:fs'
import { metricTable } from '@seine/telemetry'

const head = `# Metrics

Every service answers \`GET /metrics\` on its health port (\`HEALTH_PORT\`) in the text format of Prometheus. Besides what is listed here each has
Node's own numbers (\`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\`, \`nodejs_gc_duration_seconds\`, …).
Labels have few values each: what happened to one site, host or run is in the events, the API and the traces.

<!-- Made by \`npm run docs\` from libs/telemetry/src/metric-list.ts. -->

`

/** docs/metrics.md. */
export const metricsText = (): string => `${head}${metricTable()}\n`

if (import.meta.main) writeFileSync(new URL('metrics.md', import.meta.url), metricsText())
