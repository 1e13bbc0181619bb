import type { SiteRun } from '@seine/contracts'
import { type Column, dateCell } from './column.ts'
import { issuesBySeverity } from './issues/catalogue.ts'
import type { SiteReport } from './quality/site-report.ts'
import { type PlainCell, plainSheet } from './xlsx/plain-sheet.ts'
import type { SheetRule } from './xlsx/sheet-writer.ts'

/** A site of a run, as `summary.xlsx` shows it. */
export interface RunSite {
  readonly run: SiteRun
  /** Null: it never came to an export. */
  readonly report: SiteReport | null
}

type SiteColumn = Column<RunSite>

const noExport = 'it never came to an export'

const count = (name: string, about: string, value: (site: RunSite) => number): SiteColumn => ({
  name,
  type: 'count',
  about,
  empty: 'never',
  value,
})
const exported = (name: string, about: string, value: (report: SiteReport) => number): SiteColumn => ({
  name,
  type: 'count',
  about,
  empty: noExport,
  value: ({ report }) => (report === null ? null : value(report)),
})

/** The sheet Sites of summary.xlsx: a row a site. New columns go at the end. */
export const runSiteColumns: readonly SiteColumn[] = [
  { name: 'Site', type: 'text', about: 'Name of the site.', empty: 'never', width: 28, value: ({ run }) => run.site },
  {
    name: 'Status',
    type: 'text',
    about: '`completed`, `failed` or `cancelled`.',
    empty: 'never',
    width: 13,
    value: ({ run }) => run.status,
  },
  {
    name: 'Quality',
    type: 'text',
    about: '`passed`, `warning` or `failed`, by its quality gates.',
    empty: noExport,
    width: 12,
    value: ({ report }) => report?.quality.status ?? null,
  },
  {
    name: 'Reasons',
    type: 'list',
    about: 'Why it failed, and what the quality gates found.',
    empty: 'nothing to say',
    width: 60,
    value: ({ run, report }) =>
      [...(run.reason === null ? [] : [run.reason]), ...(report?.quality.reasons ?? []).map(({ text }) => text)].join(
        ' | ',
      ) || null,
  },
  count('Discovered', 'Pages in the ledger.', ({ run }) => run.counts.discovered),
  count('Fetched', 'Pages that answered.', ({ run }) => run.counts.ok),
  count('Unchanged', 'Pages whose earlier result stands.', ({ run }) => run.counts.unchanged),
  count('Failed', 'Pages that failed.', ({ run }) => run.counts.failed),
  count('Skipped', 'Pages that were not asked for.', ({ run }) => run.counts.skipped),
  exported('Products', 'Rows of full.csv.', (report) => report.rows.full),
  exported('Added', 'Pages since the run before.', (report) => report.diff.added),
  exported('Removed', 'Pages since the run before.', (report) => report.diff.removed),
  exported('Changed', 'Pages since the run before.', (report) => report.diff.changed),
  exported('Moved', 'Pages since the run before.', (report) => report.diff.moved),
  exported('Not Checked', 'Pages of which nothing is known.', (report) => report.diff.notChecked),
  exported('Issues', 'Rows of issues.csv of this severity.', (report) => issuesBySeverity(report.issues).issues),
  exported('Warnings', 'Rows of issues.csv of this severity.', (report) => issuesBySeverity(report.issues).warnings),
  exported(
    'Opportunities',
    'Rows of issues.csv of this severity.',
    (report) => issuesBySeverity(report.issues).opportunities,
  ),
  {
    name: 'Started',
    type: 'date',
    unit: 'UTC',
    about: 'When the site was begun.',
    empty: 'it was not',
    value: ({ run }) => dateCell(run.startedAt),
  },
  {
    name: 'Duration (min)',
    type: 'decimal',
    unit: 'min',
    about: 'From its start to its end.',
    empty: 'it did not come to an end',
    value: ({ run }) => minutesOf(run),
  },
  count('Received (Bytes)', 'Bodies of pages.', ({ run }) => run.bytes),
]

export const runSiteRules: readonly SheetRule[] = [
  { column: 'Status', style: 'bad', formula: '{Status}="failed"' },
  { column: 'Status', style: 'quiet', formula: '{Status}="cancelled"' },
  { column: 'Status', style: 'good', formula: '{Status}="completed"' },
  { column: 'Quality', style: 'bad', formula: '{Quality}="failed"' },
  { column: 'Quality', style: 'quiet', formula: '{Quality}="warning"' },
  { column: 'Quality', style: 'good', formula: '{Quality}="passed"' },
  { column: 'Failed', style: 'bad', formula: '{Failed}>0' },
  { column: 'Removed', style: 'bad', formula: '{Removed}>0' },
  { column: 'Issues', style: 'bad', formula: '{Issues}>0' },
]

function minutesOf({ startedAt, finishedAt }: SiteRun): number | null {
  if (startedAt === null || finishedAt === null) return null
  return Number(((Date.parse(finishedAt) - Date.parse(startedAt)) / 60_000).toFixed(2))
}

/** Sums of a run for its cover, added up a site at a time. */
export function countRun() {
  const sums = new Map<string, number>()
  const raise = (label: string, by: number): void => void sums.set(label, (sums.get(label) ?? 0) + by)
  return {
    add({ run, report }: RunSite): void {
      raise('Sites', 1)
      raise(`Sites ${run.status}`, 1)
      if (report !== null) raise(`Quality ${report.quality.status}`, 1)
      for (const key of ['discovered', 'ok', 'unchanged', 'failed', 'skipped'] as const)
        raise(`Pages ${key}`, run.counts[key])
      if (report === null) return
      raise('Products', report.rows.full)
      for (const key of ['added', 'removed', 'changed', 'moved', 'notChecked'] as const)
        raise(`Pages ${key}`, report.diff[key])
      for (const [key, pages] of Object.entries(issuesBySeverity(report.issues))) raise(`Findings: ${key}`, pages)
    },
    /** The first sheet of summary.xlsx, as XML. */
    cover({ runId, createdAt }: { runId: string; createdAt: string }): string {
      const plain = (value: string): PlainCell => ({ value })
      const labels: [title: string, sums: [label: string, key: string][]][] = [
        [
          'Sites',
          [
            ['All', 'Sites'],
            ['Completed', 'Sites completed'],
            ['Failed', 'Sites failed'],
            ['Cancelled', 'Sites cancelled'],
          ],
        ],
        [
          'Quality, in sites',
          [
            ['Passed', 'Quality passed'],
            ['Warning', 'Quality warning'],
            ['Failed', 'Quality failed'],
          ],
        ],
        [
          'Pages',
          [
            ['Discovered', 'Pages discovered'],
            ['Fetched', 'Pages ok'],
            ['Unchanged', 'Pages unchanged'],
            ['Failed', 'Pages failed'],
            ['Skipped', 'Pages skipped'],
            ['Products', 'Products'],
          ],
        ],
        [
          'Changes, in pages',
          [
            ['Added', 'Pages added'],
            ['Removed', 'Pages removed'],
            ['Changed', 'Pages changed'],
            ['Moved', 'Pages moved'],
            ['Not checked', 'Pages notChecked'],
          ],
        ],
        [
          'Issues, rows of issues.csv',
          [
            ['Issues', 'Findings: issues'],
            ['Warnings', 'Findings: warnings'],
            ['Opportunities', 'Findings: opportunities'],
          ],
        ],
      ]
      return plainSheet(
        [
          [{ value: 'Bulk run', style: 'title' }],
          [plain('Run'), plain(runId)],
          [plain('Created'), plain(createdAt)],
          ...labels.flatMap(([title, entries]) => [
            [],
            [{ value: title, style: 'label' } as const],
            ...entries.map(([label, key]) => [plain(label), { value: sums.get(key) ?? 0, style: 'tally' } as const]),
          ]),
        ],
        [34, 44],
      )
    },
  }
}
