import type { Quality } from '@seine/contracts'
import { rankedIssues } from './issues/catalogue.ts'
import type { Severity } from './issues/issue-rule.ts'
import type { SiteReport } from './quality/site-report.ts'
import { type PlainCell, plainSheet } from './xlsx/plain-sheet.ts'
import type { CellStyle } from './xlsx/styles.ts'

type Row = readonly (PlainCell | null)[]

const widths = [64, 16, 12, 12, 12, 90]
export const severityStyle: Record<Severity, CellStyle> = { Issue: 'bad', Warning: 'quiet', Opportunity: 'calm' }
export const qualityStyle: Record<Quality['status'], CellStyle> = { passed: 'good', warning: 'quiet', failed: 'bad' }

const plain = (value: string): PlainCell => ({ value })
const tally = (value: number): PlainCell => ({ value, style: 'tally' })
const heading = (...texts: string[]): Row[] => [[], texts.map((value) => ({ value, style: 'label' as const }))]

/** The first sheet of a site's workbook, as XML. No date of writing: keeps I8. */
export function summarySheet(
  report: SiteReport,
  options: { allSourcesRead: boolean; maxSheetPagesPerCode: number },
): string {
  return plainSheet(
    [
      [{ value: report.site, style: 'title' }],
      [plain('Run'), plain(report.runId)],
      [plain('Compared with'), plain(report.previousRunId ?? 'nothing: there is no earlier complete run')],
      ...qualityRows(report.quality),
      ...pageRows(report),
      ...changeRows(report, options.allSourcesRead),
      ...issueRows(report, options.maxSheetPagesPerCode),
      ...reasonRows(report),
    ],
    widths,
  )
}

function qualityRows({ status, reasons }: Quality): Row[] {
  return [
    [plain('Quality'), { value: status, style: qualityStyle[status] }],
    ...reasons.map(
      (reason): Row => [
        plain(`  ${reason.gate}`),
        { value: reason.status, style: qualityStyle[reason.status] },
        plain(reason.text),
      ],
    ),
  ]
}

function pageRows({ outcomes, rows }: SiteReport): Row[] {
  const total = Object.values(outcomes).reduce((sum, n) => sum + n, 0)
  const counts: [string, number][] = [
    ['Discovered', total],
    ['Fetched', outcomes.ok ?? 0],
    ['Unchanged', outcomes.unchanged ?? 0],
    ['Failed', outcomes.failed ?? 0],
    ['Skipped', outcomes.skipped ?? 0],
    ['Rows in SEO', rows.seo],
    ['Rows in Products', rows.full],
  ]
  return [...heading('Pages'), ...counts.map(([label, n]): Row => [plain(label), tally(n)])]
}

function changeRows({ diff, previousRunId }: SiteReport, allSourcesRead: boolean): Row[] {
  const counts: [string, number][] = [
    ['Added', diff.added],
    ['Removed', diff.removed],
    ['Changed', diff.changed],
    ['Moved', diff.moved],
    ['Unchanged', diff.unchanged],
    ['Not checked', diff.notChecked],
  ]
  const removed = allSourcesRead
    ? 'Removed: answered 404 or 410, or is in no source any more.'
    : 'Removed: answered 404 or 410. Not every source could be read, so a page that was not found counts as not checked.'
  const first = 'First run: added pages are counted here and not listed in Changes.'
  return [
    ...heading('Changes, in pages'),
    ...counts.map(([label, n]): Row => [plain(label), tally(n)]),
    [{ value: removed, style: 'note' }],
    ...(previousRunId === null ? [[{ value: first, style: 'note' } as const]] : []),
  ]
}

function issueRows({ issues, rows }: SiteReport, maxSheetPagesPerCode: number): Row[] {
  const ranked = rankedIssues(issues)
  if (ranked.length === 0) return heading('Issues: none')
  const isCut = ranked.some(({ pages }) => pages > maxSheetPagesPerCode)
  return [
    ...heading('Issues', 'Severity', 'Priority', 'Pages', '% of pages', 'How to fix'),
    ...ranked.map(
      ({ rule, pages }): Row => [
        plain(`${rule.category}: ${rule.text}`),
        { value: rule.severity, style: severityStyle[rule.severity] },
        plain(rule.priority),
        tally(pages),
        { value: rows.seo === 0 ? 0 : Number(((100 * pages) / rows.seo).toFixed(1)), style: 'percent' },
        plain(rule.fix),
      ],
    ),
    ...(isCut
      ? [
          [
            {
              value: `The sheet Issues lists the first ${maxSheetPagesPerCode.toLocaleString('en')} pages of each; issues.csv has all.`,
              style: 'note',
            } as const,
          ],
        ]
      : []),
  ]
}

function reasonRows({ reasons }: SiteReport): Row[] {
  const byCount = Object.entries(reasons).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  if (byCount.length === 0) return []
  return [...heading('Failed and skipped, by reason'), ...byCount.map(([reason, n]): Row => [plain(reason), tally(n)])]
}
