import { type QualityGate, qualityGates } from '@seine/contracts'
import { type Column, listSeparator } from './column.ts'
import { diffColumns } from './diff.ts'
import { pageDiffFields, productDiffFields } from './diff-fields.ts'
import { errorColumns } from './error-columns.ts'
import { fieldColumnPrefix } from './field-columns.ts'
import { fullColumns } from './full-columns.ts'
import { issueColumns } from './issues/issue-columns.ts'
import { fewestPages, qualityDefaults } from './quality/judge-quality.ts'
import { unreportedReasons } from './row.ts'
import { runSiteColumns } from './run-summary.ts'
import { seoColumns } from './seo-columns.ts'
import { maxLinks } from './xlsx/sheet-writer.ts'
import { spreadsheetLimits } from './xlsx/workbook.ts'
import { cutMark, maxCellChars } from './xlsx/xml.ts'

/** `docs/reports_spec.md`, made from the column tables: what an analyst may rely on. */
export function reportsSpec(): string {
  return `# Reports

What each file of a site run holds. This page is made from the tables that the files are made from
(\`npm run docs\`), and a test keeps it true. Columns keep their names, order and meaning; new ones
come at the end.

A site run writes into \`bulk_runs/<run>/<site>/\`:

| file | a row for | order |
|---|---|---|
| \`full.csv\` | each page with product data, or with values of the site's own fields | URL bytes |
| \`seo.csv\` | each page of the run | URL bytes |
| \`issues.csv\` | each page and code of the [issue catalogue](issues.md) | URL bytes, then the catalogue's |
| \`diff.csv\` | each change since the run before | see below |
| \`<site>.xlsx\` | the same as sheets, with Summary and Errors | as the files |
| \`report.json\` | what the files say in numbers: rows, outcomes, changes, pages by issue, quality | |
| \`snapshot.ndjson.zst\` | each page that is known, for the next comparison; not in the archive | URL bytes |

The run's \`bulk_runs/<run>/reports.zip\` holds \`manifest.json\`, \`summary.xlsx\` (also \`bulk_runs/<run>/summary.xlsx\`) and, a folder a site, all of these
but the snapshot. The manifest has \`version\`, \`run\`, \`createdAt\`, \`files\` (of the run) and for each site \`status\`, \`reason\`, \`counts\`, \`diff\`, \`quality\` and its \`files\`
with \`path\`, \`sha256\` (hex) and \`size\` (bytes). The same run gives the same bytes, however often it is exported: no file tells when or where it was written.

Where \`ARCHIVE_PART_BYTES\` is set and the files are more than that before packing, the archive is \`reports-part01.zip\`, \`reports-part02.zip\` and so on: whole
files in the same order, zips of their own. The first part has the manifest and the workbook; the manifest's \`parts\` says which file is in which.

\`seine diff\` writes a \`diff.csv\` of any two runs, with the columns below, into \`bulk_runs/<later run>/_diffs/<comparison>/<site>/\`.

## CSV
- UTF-8 with a byte order mark; RFC 4180: commas, CRLF, quotes doubled. Text is always in quotes, numbers never.
- Numbers have a decimal point and no thousands marks. Dates are \`YYYY-MM-DD HH:MM:SS\` in UTC. A percentage of 12.5 is 12.5 %.
- Lists are one cell, joined with \`${listSeparator}\`.
- Nothing between two commas is an empty cell; what it says is in the tables below.
- Text that a spreadsheet could take for a formula (it starts with \`=\`, \`+\`, \`-\`, \`@\` or their full-width forms, also behind blanks and
  quotes or after a semicolon) has an apostrophe before that character. Numbers and prices, negative ones too, have none.
- Line breaks and tabs in text become a space; other control characters are removed.

## Workbook
Sheets Summary, Products (full.csv), SEO (seo.csv), Issues (issues.csv: the first 10,000 pages of each code), Changes (diff.csv), Errors. Header rows are frozen and have filters; numbers and
dates are real ones; the first column links to its page (the first ${maxLinks.toLocaleString('en')} rows of a sheet, what programs take). Price moves are green where
it got cheaper and red where it got dearer; severities are red, yellow and blue. At ${spreadsheetLimits.maxRows.toLocaleString('en')} rows (or a gigabyte of content) a sheet goes on as \`SEO 2\`, with its header; a text
over ${maxCellChars.toLocaleString('en')} characters is cut and ends with \`${cutMark}\`. Text is text: nothing is evaluated, so there are no apostrophes.

## full.csv, sheet Products
A page has a row when it has product data, or a value of one of the site's own fields. One that had product data in the run before and failed now (other than with 404 or 410) keeps a
row with outcome \`failed\` and empty values, so that no product vanishes because of a timeout.

${tableOf(fullColumns)}

Behind these comes a column for each of the site's \`fields\` that is no field of a product, in their order, called \`${fieldColumnPrefix}<name>\`: numbers
and prices are decimals, dates are dates, lists are lists, a boolean is \`true\` or \`false\`, JSON is its text. Empty: the selector matched nothing, or the page failed.

## seo.csv, sheet SEO
Every page that was fetched or tried (\`ok\`, \`unchanged\`, \`failed\`), and \`skipped\` ones with the reason: what the site itself withholds
(\`robots\`), traps, redirects beyond the limit. Not in it are pages that were no part of the run; the Summary counts them. Their reasons:
${unreportedReasons.map((reason) => `\`${reason}\``).join(', ')}.

${tableOf(seoColumns)}

## issues.csv, sheet Issues
Every page of seo.csv and every code of the [catalogue](issues.md) that it has. The Summary counts pages by code and says what to do.

${tableOf(issueColumns)}

## diff.csv, sheet Changes
Compared is with the site's last complete run. On a first run, or when that run's snapshot is gone, there is nothing to compare with: the file is a header,
and every page counts as added in the Summary and the run's counts.

Order: first availability and prices, then removed pages, added pages, moved pages, then other changes, last what was not checked; within each by
URL bytes, then by field in the order below.

- A page is **removed** only where the site says so: it answers 404 or 410, or it is in none of the site's sources and all of them were read. A
  page that failed, was skipped or was not reached is **not_checked**; the next run compares it with what was last known of it. Pages that were
  no part of the run (beyond a limit, out of scope, not found while a source could not be read) are counted so and have no row.
- **moved**: it was a page (or redirected elsewhere) and redirects now.
- Compared are, for products: ${productDiffFields.map((field) => field.name).join(', ')}; for all pages: ${pageDiffFields.map((field) => field.name).join(', ')}.
  Not compared is what differs with each fetch: times, sizes, hashes, counts of words and links. Blanks and the order of lists make no difference.
- A site's \`diff.ignoreFields\` (names of columns) are not compared, and prices that moved by less than its \`diff.minPriceChangePercent\` are
  the same.
- Where product data appears or disappears as a whole, that is one row, field \`Product\`.

${tableOf(diffColumns)}

## Sheet Errors
Every page that failed.

${tableOf(errorColumns)}

## summary.xlsx
The whole run: a cover with sums, and the sheet Sites with a row a site, by name.

${tableOf(runSiteColumns)}

## Quality
After an export the gates below judge a site run: \`passed\`, \`warning\` or \`failed\`, the worst of them. Measures are percentages, and the site's
\`quality\` may have other thresholds (\`{ "errors": { "warning": 10, "failed": null } }\`; null: never). Fewer than ${fewestPages} pages or products say nothing.

| gate | measured | warning from | failed from |
|---|---|---|---|
${qualityGates.map((gate) => `| \`${gate}\` | ${gateTexts[gate]} | ${qualityDefaults[gate].warning} % | ${qualityDefaults[gate].failed} % |`).join('\n')}
`
}

const gateTexts: Record<QualityGate, string> = {
  'pages-drop': 'fewer pages answered 2xx than in the run before, of those',
  'field-drop':
    'points by which the share of products (or pages, for a site selector) with a value fell since the run before, by field',
  errors: 'pages that failed, other than with 404 and 410, of those tried',
  'block-pages': 'pages answered with a block page, of those tried',
  'empty-prices': 'products without price and lowest price',
  'required-missing': 'pages on which a required selector matched nothing, of those that answered',
}

function tableOf(columns: readonly Column<never>[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const rows = columns.map(({ name, type, unit, about, empty }, i) => {
    const kind = unit === undefined ? type : `${type}, ${unit}`
    return `| ${i + 1} | ${cell(name)} | ${cell(kind)} | ${cell(about)} | ${cell(empty)} |`
  })
  return ['| # | column | type, unit | what it is | empty means |', '|---|---|---|---|---|', ...rows].join('\n')
}
