import type { ImportReport, Probe, SiteEntry, SiteSummary } from '@seine/contracts'
import { formatCount, formatDuration } from './format.ts'
import { table } from './table.ts'

const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
const maxCellChars = 80

/** Sites for people, one a line. */
export function sitesTable(sites: readonly SiteSummary[]): string {
  if (sites.length === 0) return 'No such site. "seine sites add" adds one.\n'
  const rows = sites.map(({ name, group, enabled, policy, origin, lastRun, isRunning }) => [
    name,
    group ?? '',
    policy,
    origin,
    isRunning ? 'running' : enabled ? (lastRun?.status ?? 'never run') : 'disabled',
    lastRun === null ? '' : minute(lastRun.createdAt),
    lastRun === null ? '' : formatCount(lastRun.counts.discovered),
    lastRun?.durationMs == null ? '' : formatDuration(lastRun.durationMs),
    lastRun?.quality ?? '',
  ])
  return table(['site', 'group', 'policy', 'from', 'last run', 'when', 'pages', 'took', 'quality'], rows)
}

/** A site for people: how it stands, then its configuration as it is written. */
export function siteDetail({ site, origin, version, updatedAt, updatedBy, lastRun, isRunning }: SiteEntry): string {
  const run =
    lastRun === null
      ? 'never'
      : `${lastRun.status}, ${minute(lastRun.createdAt)}, ${formatCount(lastRun.counts.discovered)} pages` +
        (lastRun.quality === null ? '' : `, quality ${lastRun.quality}`) +
        `: "seine show ${lastRun.runId}"`
  return [
    `${site.name}: version ${version}, from the ${origin === 'file' ? 'sites file' : 'API'}`,
    `changed   ${minute(updatedAt)} by ${updatedBy}`,
    `last run  ${run}${isRunning ? ' (a run is doing it now)' : ''}`,
    '',
    JSON.stringify(site, null, 2),
    '',
  ].join('\n')
}

/** What an import did or would do, entry by entry; what stays as it is, is only counted. */
export function importText({ applied, counts, entries }: ImportReport, dryRun: boolean): string {
  const lines = entries.flatMap(({ index, name, result, problems, changed }) => {
    const entry = name === null ? `sites[${index}]` : `sites[${index}] '${name}'`
    if (result === 'invalid')
      return problems.map(({ field, message }) => `invalid  ${entry}: ${field === '' ? '' : `${field}: `}${message}`)
    if (result === 'unchanged') return []
    return [result === 'created' ? `new      ${entry}` : `changed  ${entry}: ${changed.join(', ')}`]
  })
  const { created, changed, unchanged, invalid } = counts
  const summary = `${created} new, ${changed} changed, ${unchanged} as they are, ${invalid} invalid`
  const done = applied ? '' : dryRun ? ': nothing was done' : ': nothing was imported'
  return `${lines.map((line) => `${line}\n`).join('')}${summary}${done}\n`
}

/** What came of a test-fetch. */
export function probeText(probe: Probe): string {
  const { verdict, reason, detail, url, redirects, robots, answer, page, waitedMs } = probe
  const lines = [
    ...redirects.map((hop) => `${hop.status} ${hop.url}\n`),
    `${answer === null ? 'no answer' : answer.status} ${url}\n`,
  ]
  if (reason !== '' && reason !== 'robots') lines.push(`${verdict}: ${reason}${detail === null ? '' : `: ${detail}`}\n`)
  if (robots !== null)
    lines.push(
      `robots.txt ${robots.isObeyed ? (robots.isAllowed ? 'allows it' : 'does not allow it') : 'is not obeyed'}` +
        (robots.crawlDelayMs === null ? '\n' : `, crawl delay ${formatDuration(robots.crawlDelayMs)}\n`),
    )
  if (answer !== null)
    lines.push(
      `${answer.headers['content-type'] ?? 'no content type'}, ${formatCount(answer.sizeBytes)} bytes in ${formatDuration(answer.durationMs)}, waited ${formatDuration(waitedMs)}\n`,
    )
  if (page === null) return lines.join('')
  lines.push(`\ntitle  ${page.seo.title ?? '—'}\nlinks  ${page.links.total}, ${page.links.internal} internal\n`)
  if (page.isShell) lines.push('It looks empty until a browser runs its scripts: see "render" of the site.\n')
  if (page.product !== null) lines.push(`product  ${page.product.name ?? '—'}, ${page.product.price ?? 'no price'}\n`)
  if (page.fields.length > 0)
    lines.push(
      '\n',
      table(
        ['field', 'matches', 'value', 'first match'],
        page.fields.map(({ name, required, matches, value, samples, problem }) => [
          required ? `${name} *` : name,
          matches,
          problem === null ? cell(value) : `! ${problem}`,
          cell(samples[0] ?? null),
        ]),
      ),
    )
  if (page.missingRequired.length > 0) lines.push(`required, but missing: ${page.missingRequired.join(', ')}\n`)
  return lines.join('')
}

function cell(value: unknown): string {
  if (value === null) return '—'
  const line = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ').trim()
  return line.length > maxCellChars ? `${line.slice(0, maxCellChars - 1)}…` : line
}
