import { type MetricDeclaration, metricList } from './metric-list.ts'

/** docs/metrics.md, without its head: every metric as a row. */
export function metricTable(): string {
  const rows = Object.entries<MetricDeclaration>(metricList).map(
    ([name, { kind, labels, service, about }]) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${service} | ${about} |`,
  )
  return ['| metric | kind | labels | service | about |', '|---|---|---|---|---|', ...rows].join('\n')
}
