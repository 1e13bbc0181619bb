/** Checks an unpacked archive against the files that were served. */
import { createReadStream, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse'
import { collapse, pageTitle } from './page-title.ts'

/** Columns of seo.csv that are looked at. */
const columns = {
  url: 'Address',
  status: 'Status Code',
  title: 'Title 1',
  sizeBytes: 'Size (Bytes)',
} as const

const maxProblemsShown = 100

export type ArchiveCheck = {
  ok: boolean
  /** Pages there should be, all sites together. */
  pages: number
  /** Rows of seo.csv that are no page: redirects, errors, skipped URLs; by status. */
  otherRows: Record<string, number>
  problemCount: number
  /** The first {@link maxProblemsShown}. */
  problems: string[]
}

/**
 * Every page exactly once in its site's seo.csv with status 200, its title what parse5 reads in the file, its size the
 * file's; and no other row with status 200.
 *
 * @param folder the unpacked archive: `…/<site>/seo.csv` at any depth.
 * @param pages by site name: URL → file, as `startDocSites` gives them.
 */
export async function checkArchive(
  folder: string,
  pages: Readonly<Record<string, ReadonlyMap<string, string>>>,
): Promise<ArchiveCheck> {
  const check: ArchiveCheck = { ok: false, pages: 0, otherRows: {}, problemCount: 0, problems: [] }
  const problem = (text: string) => {
    check.problemCount++
    if (check.problems.length < maxProblemsShown) check.problems.push(text)
  }
  for (const [site, files] of Object.entries(pages)) {
    check.pages += files.size
    const reports = globSync(`${folder}/**/${site}/seo.csv`)
    if (reports.length !== 1) problem(`${site}: ${reports.length} files are called ${site}/seo.csv`)
    else await checkSite(reports[0] as string, files, check.otherRows, (text) => problem(`${site}: ${text}`))
  }
  check.ok = check.problemCount === 0
  return check
}

async function checkSite(
  report: string,
  files: ReadonlyMap<string, string>,
  otherRows: Record<string, number>,
  problem: (text: string) => void,
): Promise<void> {
  const left = new Map(files)
  const rows = createReadStream(report).pipe(parse({ bom: true, columns: true }))
  for await (const row of rows as AsyncIterable<Record<string, string | undefined>>) {
    const absent = Object.values(columns).filter((name) => row[name] === undefined)
    if (absent.length > 0) return problem(`no column ${absent.join(', ')}`)
    const url = row[columns.url] ?? ''
    const status = row[columns.status] ?? ''
    const file = left.get(url)
    if (file === undefined) {
      if (files.has(url)) problem(`${url}: twice`)
      else if (status === '200') problem(`${url}: no page, or one by another name`)
      otherRows[status || 'none'] = (otherRows[status || 'none'] ?? 0) + 1
      continue
    }
    left.delete(url)
    if (status !== '200') {
      problem(`${url}: status ${status || 'none'}`)
      continue
    }
    const bytes = await readFile(file)
    if (row[columns.sizeBytes] !== String(bytes.length)) {
      problem(`${url}: ${row[columns.sizeBytes]} bytes, the file has ${bytes.length}`)
    }
    const title = pageTitle(bytes)
    const reported = row[columns.title] ?? ''
    if (!sameTitle(reported, title)) problem(`${url}: title ${JSON.stringify(reported)}, not ${JSON.stringify(title)}`)
  }
  for (const url of left.keys()) problem(`${url}: missing`)
}

/** A cell that could be taken for a formula has an apostrophe more than the page. */
function sameTitle(reported: string, title: string): boolean {
  if (collapse(reported) === title) return true
  return /(?:^|;)\W*[=+\-@]/.test(title) && collapse(reported).replaceAll("'", '') === title.replaceAll("'", '')
}
