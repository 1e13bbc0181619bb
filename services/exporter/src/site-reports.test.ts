import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JoinedPage } from '@seine/reports'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReportOptions, writeSiteReports } from './site-reports.ts'
import { ledgerRowOf, origin, recordOf, type SamplePage } from './testing.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'site-reports-test-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function* joined(pages: readonly SamplePage[], missing = false): AsyncGenerator<JoinedPage> {
  for (const page of pages) {
    const ledger = ledgerRowOf('r', page)
    const known = { recordRunId: 'r', previous: null, previousRecordRunId: 'r' }
    yield { url: origin + page.path, ledger, record: missing ? null : recordOf(page), missing, ...known }
  }
}
const options = (over: Partial<ReportOptions> = {}): ReportOptions => ({
  dir,
  runId: 'r',
  site: 'shop',
  previousRunId: null,
  previousReport: null,
  allSourcesRead: true,
  sortMemoryBytes: 100_000,
  settings: {},
  signal: new AbortController().signal,
  ...over,
})
const pages = Array.from({ length: 30 }, (_, n): SamplePage => ({ path: `/p${String(n).padStart(2, '0')}` }))

test('the sheet Issues holds so many pages of a code, issues.csv all, and the Summary says so', async () => {
  const rowsOf = async (sheetPagesPerCode: number) => {
    const { files } = await writeSiteReports(joined(pages), options({ sheetPagesPerCode }))
    const sizeOf = async (name: string) => (await readFile(files.find((file) => file.name === name)!.file)).length
    const csv = await readFile(join(dir, 'issues.csv'), 'utf8')
    return { csv: csv.match(/"h1-missing"/g)?.length, workbookBytes: await sizeOf('shop.xlsx') }
  }
  const all = await rowsOf(1_000)
  const few = await rowsOf(2)
  expect([all.csv, few.csv]).toEqual([30, 30])
  expect(few.workbookBytes).toBeLessThan(all.workbookBytes)
})

test('where pages are missing nothing is written, and nothing is left', async () => {
  const written = await writeSiteReports(joined(pages, true), options())
  expect(written).toMatchObject({ files: [], quality: null })
  expect(written.missingUrlIds).toHaveLength(30)
  expect(await readdir(dir)).toEqual([])
})

test('nothing is left when it is stopped', async () => {
  const stopped = writeSiteReports(joined(pages), options({ signal: AbortSignal.abort(new Error('stopping')) }))
  await expect(stopped).rejects.toThrow('stopping')
  expect(await readdir(dir)).toEqual([])
})
