/** Checks the archive of a run over virtual sites: read as a stream, one entry after the other, in constant memory. */
import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { openPromise } from 'yauzl'
import { isProduct } from './graph.ts'
import { factsOf, pageOfPath } from './page.ts'
import { originOf, siteNameOf, type World } from './world.ts'

const maxProblemsShown = 20

export interface ArchiveCheck {
  /** Rows of pages in all `seo.csv`, each of them right. */
  readonly pages: number
  /** Rows of products in all `full.csv`, each of them right. */
  readonly products: number
  readonly problemCount: number
  /** The first {@link maxProblemsShown}. */
  readonly problems: readonly string[]
}

/** Every page exactly once in its site's `seo.csv` with status 200 and its own title, every product once in `full.csv`, and no other row. */
export async function checkArchive(zipFile: string, world: World): Promise<ArchiveCheck> {
  const check = { pages: 0, products: 0, problemCount: 0, problems: [] as string[] }
  const problem = (text: string): void => {
    check.problemCount++
    if (check.problems.length < maxProblemsShown) check.problems.push(text)
  }
  const sites = new Map(Array.from({ length: world.sites }, (_, site) => [siteNameOf(site), site]))
  const read = new Set<string>()
  const zip = await openPromise(zipFile)
  for await (const entry of zip.eachEntry()) {
    const [name = '', file = ''] = entry.fileName.split('/')
    const site = sites.get(name)
    if (site === undefined || (file !== 'seo.csv' && file !== 'full.csv')) continue
    if (read.has(entry.fileName)) problem(`${entry.fileName}: twice in the archive`)
    read.add(entry.fileName)
    const content = await zip.openReadStreamPromise(entry)
    const note = (text: string): void => problem(`${entry.fileName}: ${text}`)
    if (file === 'seo.csv') check.pages += await checkPages(content, { world, site, problem: note })
    else check.products += await checkProducts(content, { world, site, problem: note })
  }
  for (const name of sites.keys())
    for (const file of ['seo.csv', 'full.csv']) if (!read.has(`${name}/${file}`)) problem(`${name}/${file}: missing`)
  return check
}

export interface SiteCheck {
  readonly world: World
  readonly site: number
  readonly problem: (text: string) => void
}

/** Gives how many rows are right. */
export async function checkPages(csv: Readable, of: SiteCheck): Promise<number> {
  const wrongOf = (page: number, row: Row): string | null => {
    if (row['Status Code'] !== '200') return `status ${row['Status Code']}`
    const { title } = factsOf(of.site, page)
    return row['Title 1'] === title ? null : `title ${row['Title 1']}, not ${title}`
  }
  return checkRows(csv, of, { urlColumn: 'Address', belongs: () => true, wrongOf })
}

/** Gives how many rows are right. */
export async function checkProducts(csv: Readable, of: SiteCheck): Promise<number> {
  const wrongOf = (page: number, row: Row): string | null => {
    const product = factsOf(of.site, page).product
    return row.SKU === product?.sku ? null : `SKU ${row.SKU}, not ${product?.sku}`
  }
  return checkRows(csv, of, { urlColumn: 'URL', belongs: isProduct, wrongOf })
}

type Row = Readonly<Record<string, string | undefined>>

async function checkRows(
  csv: Readable,
  { world, site, problem }: SiteCheck,
  {
    urlColumn,
    belongs,
    wrongOf,
  }: { urlColumn: string; belongs: (page: number) => boolean; wrongOf: (page: number, row: Row) => string | null },
): Promise<number> {
  const origin = originOf(world, site)
  const seen = new Uint8Array(world.pagesEach)
  let right = 0
  for await (const row of csv.pipe(parse({ bom: true, columns: true })) as AsyncIterable<Row>) {
    const url = row[urlColumn] ?? ''
    const page = url.startsWith(origin) ? pageOfPath(url.slice(origin.length), world.pagesEach) : undefined
    if (page === undefined || !belongs(page)) {
      problem(`${url}: does not belong here`)
      continue
    }
    if (seen[page] === 1) problem(`${url}: twice`)
    const wrong = wrongOf(page, row)
    if (wrong !== null) problem(`${url}: ${wrong}`)
    else if (seen[page] === 0) right++
    seen[page] = 1
  }
  for (let page = 0; page < world.pagesEach; page++)
    if (belongs(page) && seen[page] === 0) problem(`${origin} page ${page}: missing`)
  return right
}
