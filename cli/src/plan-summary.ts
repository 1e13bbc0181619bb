import type { RunPlan } from '@seine/contracts'
import { formatCount, formatDuration } from './format.ts'
import { table } from './table.ts'

/** What a run would do, for people. */
export function planSummary(plan: RunPlan): string {
  const { sites, sitesTotal, knownPages, newSites, expectedMs, concurrency } = plan
  const duration = expectedMs === null ? '' : `, about ${formatDuration(expectedMs)}`
  const lines = [
    `${formatCount(sitesTotal)} sites, ${concurrency} at once, ${formatCount(knownPages)} known pages${duration}`,
  ]
  if (newSites > 0) lines.push(`Nothing is known yet of ${formatCount(newSites)} of them.`)
  const rows = sites.map(({ site, policy, ratePerSecond, maxPages, knownPages: known, expectedMs: ms }) => [
    site,
    policy,
    `${ratePerSecond}/s`,
    maxPages ?? '',
    known ?? '',
    ms === null ? '' : formatDuration(ms),
  ])
  lines.push('', table(['site', 'policy', 'rate', 'limit', 'known pages', 'expected'], rows).trimEnd())
  if (sitesTotal > sites.length) lines.push(`… and ${formatCount(sitesTotal - sites.length)} more sites`)
  return `${lines.join('\n')}\n`
}
