import { type Column, dateCell } from './column.ts'
import { type ReportRow, statusOf } from './row.ts'

/** The sheet Errors: a row for each page that failed. Also in seo.csv, with everything else that is known of it. */
export const errorColumns: readonly Column<ReportRow>[] = [
  {
    name: 'URL',
    type: 'url',
    about: 'Address of the page.',
    empty: 'never',
    width: 60,
    link: true,
    value: (r) => r.ledger.url,
  },
  { name: 'Status Code', type: 'integer', about: 'HTTP status; 0: no answer.', empty: 'never', value: statusOf },
  {
    name: 'Reason',
    type: 'text',
    about: 'Kebab-case: `http-404`, `timeout-headers`, …',
    empty: 'never',
    width: 26,
    value: (r) => r.ledger.reason || null,
  },
  {
    name: 'Attempts',
    type: 'integer',
    about: 'Times it was dispatched.',
    empty: 'never',
    value: (r) => r.ledger.attempt,
  },
  {
    name: 'Source',
    type: 'text',
    about: 'Where the URL was found first.',
    empty: 'never',
    width: 12,
    value: (r) => r.ledger.source,
  },
  {
    name: 'Crawl Depth',
    type: 'integer',
    about: 'Links away from where the site started.',
    empty: 'never',
    value: (r) => r.ledger.depth,
  },
  {
    name: 'Last Seen',
    type: 'date',
    unit: 'UTC',
    about: 'When the page was last fetched well, in an earlier run.',
    empty: 'never, or not known',
    value: ({ previous }) => (previous !== null && previous.status < 400 ? dateCell(previous.fetchedAt) : null),
  },
]
