import { join } from 'node:path'
import type { DiffCounts, DiffSettings, Quality, QualitySettings, SiteField } from '@seine/contracts'
import {
  type Change,
  cellsOf,
  changeKey,
  countStats,
  diffPage,
  entryToKeep,
  errorColumns,
  findIssues,
  isReported,
  issueColumns,
  type JoinedPage,
  judgeQuality,
  type MedianPriceCounter,
  makeCrossPage,
  makeExternalSort,
  makeIsFullRow,
  makeMedianPrice,
  noDiff,
  openPageSpool,
  type PageSpool,
  type SiteReport,
  seoRowOf,
  siteReportJson,
  snapshotLine,
  summarySheet,
} from '@seine/reports'
import { openSiteFiles } from './site-files.ts'

export interface ReportOptions {
  readonly dir: string
  readonly runId: string
  readonly site: string
  /** The run whose snapshot the pages' `previous` are from. Null: there is none, and diff.csv is a header alone. */
  readonly previousRunId: string | null
  /** What that run's report said. Null: there is none. */
  readonly previousReport: SiteReport | null
  readonly allSourcesRead: boolean
  readonly sortMemoryBytes: number
  readonly settings: {
    readonly diff?: DiffSettings | undefined
    readonly quality?: QualitySettings | undefined
    readonly fields?: readonly SiteField[] | undefined
  }
  readonly signal: AbortSignal
  /** Called with each change, also with those of a first run. */
  readonly onChange?: (change: Change, page: JoinedPage) => Promise<void>
  /** Called with each page and what changed of it, by URL. `isReported`: `onIssues` follows, in the same order. */
  readonly onPage?: (page: JoinedPage, changes: readonly Change[], isReported: boolean) => Promise<void>
  /** Called with the codes of each reported page, when all pages are known. */
  readonly onIssues?: (codes: readonly string[]) => Promise<void>
  /** Absent: {@link maxSheetPagesPerCode}. */
  readonly sheetPagesPerCode?: number
}

export interface WrittenReports {
  /** By name in the artifact folder. Empty where pages are missing: nothing is written then. */
  readonly files: readonly { readonly name: string; readonly file: string }[]
  readonly missingUrlIds: readonly string[]
  readonly diff: DiffCounts
  /** Null where pages are missing. */
  readonly quality: Quality | null
}

/** Most ids of missing pages in one answer; more come up at the next attempt. */
export const maxMissing = 5_000
/** Of prices, which are small: some forty thousand products are sorted in memory. */
const priceSortBytes = 4 * 1024 * 1024
/** Pages of one code in the sheet Issues; issues.csv has all, the Summary counts them. Without it a large site's sheet is all its pages again and again. */
export const maxSheetPagesPerCode = 10_000

/**
 * Writes all files of a site run. Pages are read once; those of seo.csv are put aside until what depends on other pages is known. The
 * same pages give the same bytes: keeps I8.
 */
export async function writeSiteReports(
  pages: AsyncIterable<JoinedPage>,
  options: ReportOptions,
): Promise<WrittenReports> {
  const { dir, runId, site, previousRunId, previousReport, sortMemoryBytes } = options
  const perCode = options.sheetPagesPerCode ?? maxSheetPagesPerCode
  const files = await openSiteFiles({ dir, runId, site, fields: options.settings.fields ?? [] })
  const tally = { diff: { ...noDiff }, outcomes: {}, reasons: {}, stats: countStats() }
  try {
    await using changes = makeExternalSort({ dir, maxBytes: sortMemoryBytes })
    await using prices = makeMedianPrice({ dir, maxBytes: Math.min(sortMemoryBytes, priceSortBytes) })
    await using spool = openPageSpool(join(dir, 'pages.ndjson'))
    using cross = makeCrossPage({ dir: join(dir, 'cross-page') })

    const missingUrlIds = await readPages(pages, { files, changes, prices, spool, cross, tally, options })
    if (missingUrlIds.length > 0) return { files: [], missingUrlIds, diff: noDiff, quality: null }
    const issues = await writeSeo(spool, { files, cross, perCode, options })
    for await (const { payload } of changes.sorted())
      await files.changes.add(JSON.parse(payload.toString('utf8')) as Change)

    const stats = { ...tally.stats.read(), medianPrice: await prices.read() }
    const quality = judgeQuality(stats, previousReport?.stats ?? null, options.settings.quality)
    const { diff, outcomes, reasons } = tally
    const rows = { full: files.full.rows, seo: files.seo.rows, issues: files.issues.rows }
    const report: SiteReport = { site, runId, previousRunId, rows, outcomes, reasons, diff, issues, stats, quality }
    const summary = summarySheet(report, { allSourcesRead: options.allSourcesRead, maxSheetPagesPerCode: perCode })
    return { files: await files.end(summary, siteReportJson(report)), missingUrlIds, diff, quality }
  } finally {
    await files.abort()
  }
}

interface Tally {
  readonly diff: Record<keyof DiffCounts, number>
  readonly outcomes: Record<string, number>
  readonly reasons: Record<string, number>
  readonly stats: ReturnType<typeof countStats>
}

type SiteFiles = Awaited<ReturnType<typeof openSiteFiles>>

/** Writes what is known of each page by itself, and gathers the rest. Gives the ids of missing pages. */
async function readPages(
  pages: AsyncIterable<JoinedPage>,
  {
    files,
    changes,
    prices,
    spool,
    cross,
    tally,
    options,
  }: {
    files: SiteFiles
    changes: ReturnType<typeof makeExternalSort>
    prices: MedianPriceCounter
    spool: PageSpool
    cross: ReturnType<typeof makeCrossPage>
    tally: Tally
    options: ReportOptions
  },
): Promise<string[]> {
  const missingUrlIds: string[] = []
  const isFullRow = makeIsFullRow(options.settings.fields ?? [])
  const diffOptions = { allSourcesRead: options.allSourcesRead, settings: options.settings.diff }
  for await (const page of pages) {
    const { ledger, missing } = page
    if (missing && ledger !== null && missingUrlIds.length < maxMissing) missingUrlIds.push(ledger.urlId)
    // Nothing will be kept: what is left is only searched for further missing pages.
    if (missingUrlIds.length > 0) continue
    if (ledger !== null) {
      const row = { ...page, ledger }
      count(tally.outcomes, ledger.outcome)
      if (ledger.outcome === 'failed' || ledger.outcome === 'skipped') count(tally.reasons, ledger.reason)
      tally.stats.add(row)
      await prices.add(row)
      if (isFullRow(row)) await files.full.add(row)
      if (isReported(row)) {
        cross.add(row)
        await spool.add(row)
      }
      if (ledger.outcome === 'failed') await files.errors.add(cellsOf(errorColumns, row))
    }
    const { counts, changes: found } = diffPage(page, diffOptions)
    if (counts !== null) tally.diff[counts]++
    for (const change of found) await options.onChange?.(change, page)
    await options.onPage?.(page, found, ledger !== null && isReported({ ledger }))
    // On a first run everything is added: that is counted, a list of it would be full.csv again.
    if (options.previousRunId !== null)
      for (const change of found) await changes.add(changeKey(change), Buffer.from(JSON.stringify(change), 'utf8'))
    const entry = entryToKeep(page, options)
    if (entry !== null) await files.snapshot.write(snapshotLine(entry))
  }
  return missingUrlIds
}

/** Writes seo.csv and issues.csv now that all pages are known. Gives the pages by issue. */
async function writeSeo(
  spool: PageSpool,
  {
    files,
    cross,
    perCode,
    options,
  }: { files: SiteFiles; cross: ReturnType<typeof makeCrossPage>; perCode: number; options: ReportOptions },
): Promise<Record<string, number>> {
  const issues: Record<string, number> = {}
  const site = await cross.resolve(options.signal)
  const facts = cross.facts()
  for await (const page of spool.rows()) {
    const known = facts.next()
    if (known.done === true) throw new Error(`there are more pages than the ${site.pages} that were compared`)
    const row = seoRowOf(page, known.value, site)
    await files.seo.add(row)
    const found = findIssues(row)
    await options.onIssues?.(found.map(({ rule }) => rule.code))
    for (const issue of found) {
      count(issues, issue.rule.code)
      await files.issues.add(issue)
      if ((issues[issue.rule.code] ?? 0) <= perCode) await files.issueSheet.add(cellsOf(issueColumns, issue))
    }
  }
  return issues
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
