import type { RunDetail } from '@seine/client'
import type { DiffCounts } from '@seine/contracts'
import { formatBytes, formatCount, formatDuration, formatEta, formatRate } from './format.ts'
import { table } from './table.ts'

/** A run for people: how it stands, a table of its sites, where its files are. */
export function runSummary(run: RunDetail, baseUrl: string): string {
  const { counts, archive } = run
  const lines = [
    `Run ${run.id}: ${run.status}${run.reason === null ? '' : ` (${run.reason})`}${originOf(run)}`,
    `${timeOf(run)}${formatCount(counts.discovered)} pages: ${formatCount(counts.ok)} ok, ` +
      `${formatCount(counts.unchanged)} unchanged, ${formatCount(counts.failed)} failed, ` +
      `${formatCount(counts.skipped)} skipped, ${formatCount(counts.pending)} pending; ${formatBytes(run.bytes)}`,
  ]
  if (run.status === 'running') lines.push(`${formatRate(run.pagesPerSecond)}, ${formatEta(run.eta)}`)
  const header = [
    'site',
    'status',
    'step',
    'pages',
    'ok',
    'failed',
    'skipped',
    'pending',
    'changes',
    'quality',
    'reason',
  ]
  const rows = run.sites.map((site) => [
    site.site,
    site.status,
    site.step ?? '',
    site.counts.discovered,
    site.counts.ok + site.counts.unchanged,
    site.counts.failed,
    site.counts.skipped,
    site.counts.pending,
    site.diff === null ? '' : diffWords(site.diff),
    site.quality?.status ?? '',
    site.reason ?? '',
  ])
  lines.push('', table(header, rows).trimEnd())
  if (run.sitesTotal > run.sites.length) lines.push(`… and ${run.sitesTotal - run.sites.length} more sites`)
  lines.push(...qualityLines(run))
  if (archive !== null)
    lines.push('', `Archive: ${baseUrl}/api/bulk-runs/${run.id}/archive (${formatBytes(archive.sizeBytes)})`)
  return `${lines.join('\n')}\n`
}

const originOf = ({ origin }: RunDetail): string =>
  origin?.kind === 'schedule' ? `, started by schedule ${origin.id}` : ''

/** Why gates warned or failed. */
function qualityLines({ sites }: RunDetail): string[] {
  const poor = sites.flatMap(({ site, quality }) =>
    (quality?.reasons ?? []).map(({ status, text }) => `  ${site}: ${status}: ${text}`),
  )
  return poor.length === 0 ? [] : ['', 'Quality:', ...poor]
}

const diffWords = ({ added, removed, changed }: DiffCounts) => `+${added} −${removed} ~${changed}`

function timeOf({ startedAt, finishedAt }: RunDetail): string {
  if (startedAt === null) return ''
  if (finishedAt === null) return `since ${startedAt.slice(0, 19).replace('T', ' ')}, `
  return `in ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}, `
}
