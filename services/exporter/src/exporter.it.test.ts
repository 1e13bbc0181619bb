import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inflateRawSync } from 'node:zlib'
import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import {
  buckets,
  type DiffResult,
  type ExportResult,
  eventMessage,
  exportArchive,
  exportDiff,
  exportSite,
  newId,
  planKey,
  type SeineEvent,
  siteArtifacts,
  snapshotPath,
  urlIdOf,
  writeLink,
} from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExportArchive } from './export-archive.ts'
import { makeExportDiff } from './export-diff.ts'
import { makeExportPart } from './export-part.ts'
import { makeExportSite } from './export-site.ts'
import {
  type ExporterBench,
  origin,
  publishResults,
  recordOf,
  type SamplePage,
  site,
  siteRunOf,
  startExporterBench,
} from './testing.ts'
import { makeWorkDirs } from './work-dirs.ts'

let bench: ExporterBench
let store: ArtifactStore
let root: string
let part: Part

beforeAll(async () => {
  bench = await startExporterBench()
  root = await mkdtemp(join(tmpdir(), 'exporter-test-'))
  store = await makeObjectStore(bench.bus.nc, { spoolDir: root })
  const deps = {
    bus: bench.bus,
    store,
    workDirs: await makeWorkDirs(root),
    // Small enough that the sorts of these tests go through files.
    sortMemoryBytes: 20_000,
    log: silentLogger,
  }
  part = makeExportPart({
    bus: bench.bus,
    exportSite: makeExportSite(deps),
    exportArchive: makeExportArchive(deps),
    exportDiff: makeExportDiff(deps),
    concurrency: 2,
    log: silentLogger,
  })
  await part.start(() => {})
})
afterAll(async () => {
  await part?.stop()
  await bench?.stop()
  await rm(root, { recursive: true, force: true })
})

const results: ExportResult[] = []
async function answerTo(runId: string, attempt: number, ofSite: string | null): Promise<ExportResult> {
  const filter = `result.export.${runId}.${ofSite ?? '_'}`
  const isIt = (result: ExportResult): boolean =>
    result.runId === runId && result.attempt === attempt && result.site === ofSite
  await eventually(
    async () => {
      for await (const { data } of bench.bus.replay(filter, { stream: 'RESULTS' }))
        results.push(JSON.parse(Buffer.from(data).toString('utf8')) as ExportResult)
      return results.some(isIt)
    },
    { timeoutMs: 30_000 },
  )
  return results.find(isIt)!
}

async function exportOf(
  runId: string,
  over: { attempt?: number; previousRunId?: string | null; allSourcesRead?: boolean } = {},
) {
  const work = { runId, site, attempt: 1, previousRunId: null, allSourcesRead: true, correlationId: 'test', ...over }
  await bench.bus.publish(exportSite, work)
  return answerTo(runId, work.attempt, site)
}

async function bytesOf(path: string): Promise<Buffer> {
  const opened = await store.open(path)
  if (opened === null) throw new Error(`no ${path}`)
  return Buffer.concat(await (opened.stream as Readable).toArray())
}

/** A CSV as objects, read by the letter of RFC 4180. */
async function csvOf(runId: string, name: string): Promise<Record<string, string>[]> {
  const text = (await bytesOf(`${siteArtifacts(runId, site)}/${name}`)).toString('utf8')
  expect(text.startsWith('\ufeff')).toBe(true)
  const [header = [], ...rows] = parseCsv(text.slice(1))
  for (const row of rows) expect(row.length).toBe(header.length)
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell])))
}

function parseCsv(text: string): string[][] {
  const line = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  const rows: string[][] = [[]]
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') rows.push([])
    if (line.lastIndex === text.length) break
  }
  expect(rows.pop()).toEqual([])
  return rows
}

const products = (count: number): SamplePage[] =>
  Array.from({ length: count }, (_, n) => ({
    path: `/p/${n}`,
    product: { name: `Lamp ${n}`, price: 10 + n, availability: 'InStock', sku: `L-${n}` },
  }))

test('a site run becomes files that hold each page of the ledger once', async () => {
  const runId = await bench.run([
    ...products(40),
    { path: '/', title: 'Home' },
    { path: '/old', record: { status: 301, redirectUrl: `${origin}/p/1`, seo: null } },
    { path: '/gone', ledger: { outcome: 'failed', reason: 'http-404' }, record: { status: 404, seo: null } },
    { path: '/slow', ledger: { outcome: 'failed', reason: 'timeout-headers' }, record: null },
    { path: '/private', ledger: { outcome: 'skipped', reason: 'robots' }, record: null },
    { path: '/far', ledger: { outcome: 'skipped', reason: 'scope-exclude' }, record: null },
    { path: '/more', ledger: { outcome: 'skipped', reason: 'limit' }, record: null },
  ])
  const result = await exportOf(runId)
  expect(result).toMatchObject({ status: 'complete', reason: null, rows: 47, missingUrlIds: [] })
  expect(result.diff).toEqual({ added: 41, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 })
  expect(result.artifacts.map(({ path }) => path.split('/').at(-1))).toEqual([
    'full.csv',
    'seo.csv',
    'issues.csv',
    'diff.csv',
    'shop.xlsx',
    'report.json',
    'snapshot.ndjson.zst',
  ])
  expect(result.artifacts.every(({ wrote, reason }) => wrote && reason === 'new')).toBe(true)

  const full = await csvOf(runId, 'full.csv')
  expect(full.length).toBe(40)
  expect(full[0]).toMatchObject({ URL: `${origin}/p/0`, Name: 'Lamp 0', Price: '10', Currency: 'EUR', Outcome: 'ok' })
  const seo = await csvOf(runId, 'seo.csv')
  expect(seo.map((row) => row.Address)).toEqual(
    [...products(40).map(({ path }) => path), '/', '/old', '/gone', '/slow', '/private']
      .map((path) => origin + path)
      .sort(),
  )
  const byUrl = new Map(seo.map((row) => [row.Address, row]))
  expect(byUrl.get(`${origin}/private`)).toMatchObject({
    Status: 'Blocked by robots.txt',
    Outcome: 'skipped',
    Reason: 'robots',
    'Status Code': '',
  })
  expect(byUrl.get(`${origin}/slow`)).toMatchObject({
    'Status Code': '0',
    'Indexability Status': 'No Response',
    Reason: 'timeout-headers',
  })
  expect(byUrl.get(`${origin}/old`)).toMatchObject({
    'Redirect URL': `${origin}/p/1`,
    'Redirect Type': 'HTTP Redirect',
  })
  expect(await csvOf(runId, 'diff.csv')).toEqual([])

  const parts = unzip(await bytesOf(`${siteArtifacts(runId, site)}/shop.xlsx`))
  const book = parts.get('xl/workbook.xml')?.toString('utf8') ?? ''
  const sheets = [...book.matchAll(/<sheet name="([^"]+)"/g)].map((match) => match[1])
  expect(sheets).toEqual(['Summary', 'Products', 'SEO', 'Issues', 'Changes', 'Errors'])
  const rows = [1, 2, 4, 5].map(
    (n) => parts.get(`xl/worksheets/sheet-${n}-1.xml`)?.toString('utf8').match(/<row /g)?.length,
  )
  expect(rows).toEqual([41, 46, 1, 3])
})

test('how the records of last time were used is said in the answer', async () => {
  const runId = await bench.run([...products(2).map((page) => ({ ...page, cache: 'miss' as const })), { path: '/new' }])
  expect((await exportOf(runId)).cacheUses).toEqual({ hit: 0, miss: 2 })
})

test('exporting again gives the same bytes and writes nothing', async () => {
  const before = await bench.run(products(30))
  await exportOf(before)
  const runId = await bench.run(
    products(30).map((page, n) => ({ ...page, product: { ...page.product, price: 11 + n } })),
  )
  const first = await exportOf(runId, { previousRunId: before })
  const again = await exportOf(runId, { previousRunId: before, attempt: 2 })
  expect(again.artifacts.map(({ path, sha256 }) => [path, sha256])).toEqual(
    first.artifacts.map(({ path, sha256 }) => [path, sha256]),
  )
  expect(again.artifacts.every(({ wrote, reason }) => !wrote && reason === 'identical')).toBe(true)
  expect(again.diff).toEqual(first.diff)
})

test('what changed since the run before is in diff.csv, price and availability first', async () => {
  const before = await bench.run([
    { path: '/a', product: { name: 'A', price: 20, availability: 'InStock' } },
    { path: '/b', product: { name: 'B', price: 5 }, title: 'B' },
    { path: '/c' },
    { path: '/d' },
    { path: '/e', product: { name: 'E', price: 7 } },
    { path: '/f' },
  ])
  await exportOf(before)
  const runId = await bench.run([
    { path: '/a', product: { name: 'A', price: 15, availability: 'OutOfStock' } },
    { path: '/b', product: { name: 'B', price: 5 }, title: 'B, new' },
    { path: '/c', ledger: { outcome: 'failed', reason: 'http-410' }, record: { status: 410, seo: null } },
    { path: '/d', record: { status: 301, redirectUrl: `${origin}/a`, seo: null } },
    { path: '/e', ledger: { outcome: 'failed', reason: 'timeout-headers' }, record: null },
    { path: '/new', product: { name: 'New', price: 1 } },
  ])
  const result = await exportOf(runId, { previousRunId: before })
  expect(result.diff).toEqual({ added: 1, removed: 2, changed: 2, unchanged: 0, notChecked: 1, moved: 1 })
  const diff = await csvOf(runId, 'diff.csv')
  expect(
    diff.map((row) => [
      row.Change,
      row.URL?.slice(origin.length),
      row.Field,
      row.Old,
      row.New,
      row.Difference,
      row.Percent,
      row.Reason,
    ]),
  ).toEqual([
    ['changed', '/a', 'Availability', 'InStock', 'OutOfStock', '', '', ''],
    ['changed', '/a', 'Price', '20', '15', '-5', '-25', ''],
    ['removed', '/c', '', '', '', '', '', 'http-410'],
    ['removed', '/f', '', '', '', '', '', 'in-no-source'],
    ['added', '/new', '', '', '', '', '', ''],
    ['moved', '/d', '', '', `${origin}/a`, '', '', ''],
    ['changed', '/b', 'Title 1', 'B', 'B, new', '', '', ''],
    ['not_checked', '/e', '', '', '', '', '', 'timeout-headers'],
  ])
  // The product that could not be fetched is still in the list of products, without values.
  const lamp = (await csvOf(runId, 'full.csv')).find((row) => row.URL === `${origin}/e`)
  expect(lamp).toMatchObject({ Outcome: 'failed', Price: '', Name: '' })
})

test('a page that failed is compared with what was known before it failed', async () => {
  const first = await bench.run([{ path: '/x', product: { name: 'X', price: 10 } }])
  await exportOf(first)
  const second = await bench.run([
    { path: '/x', ledger: { outcome: 'failed', reason: 'http-503' }, record: { status: 503, seo: null } },
  ])
  expect((await exportOf(second, { previousRunId: first })).diff).toMatchObject({ notChecked: 1, removed: 0 })
  const third = await bench.run([{ path: '/x', product: { name: 'X', price: 12 } }])
  expect((await exportOf(third, { previousRunId: second })).diff).toMatchObject({ changed: 1, added: 0 })
  expect(await csvOf(third, 'diff.csv')).toMatchObject([{ Field: 'Price', Old: '10', New: '12', Percent: '20' }])
})

test('when a source could not be read, a page that was not found is not removed', async () => {
  const before = await bench.run([{ path: '/a' }, { path: '/b' }])
  await exportOf(before)
  const runId = await bench.run([{ path: '/a' }])
  const result = await exportOf(runId, { previousRunId: before, allSourcesRead: false })
  expect(result.diff).toMatchObject({ removed: 0, notChecked: 1, unchanged: 1 })
})

async function compare(beforeRunId: string, afterRunId: string, over: { attempt?: number; diffId?: string } = {}) {
  const work = { diffId: newId(), beforeRunId, afterRunId, site, attempt: 1, allSourcesRead: true, ...over }
  await bench.bus.publish(exportDiff, { ...work, correlationId: 'test' })
  let found: DiffResult | undefined
  await eventually(
    async () => {
      for await (const { data } of bench.bus.replay(`result.diff.${work.diffId}.${site}`, { stream: 'RESULTS' })) {
        const result = JSON.parse(Buffer.from(data).toString('utf8')) as DiffResult
        if (result.attempt === work.attempt) found = result
      }
      return found !== undefined
    },
    { timeoutMs: 30_000 },
  )
  return found!
}

test('two chosen runs are compared as an export would compare them, whatever lies between', async () => {
  const at = (price: number): SamplePage[] => [
    { path: '/a', product: { name: 'A', price } },
    { path: '/b', product: { name: 'B', price: 5 } },
    { path: '/gone', title: 'Gone' },
    { path: '/slow', title: 'Slow' },
  ]
  const first = await bench.run(at(10))
  await exportOf(first)
  const second = await bench.run(at(11))
  await exportOf(second, { previousRunId: first })
  const third = await bench.run([
    { path: '/a', product: { name: 'A', price: 12 } },
    { path: '/b', ledger: { outcome: 'unchanged', reason: 'not-modified', status: 304, recordRunId: second } },
    {
      path: '/gone',
      ledger: { outcome: 'failed', reason: 'http-404', status: 404 },
      record: { status: 404, seo: null },
    },
    { path: '/slow', ledger: { outcome: 'failed', reason: 'timeout-headers' }, record: null },
    { path: '/new' },
  ])
  const exported = await exportOf(third, { previousRunId: second })

  const counts = { added: 1, removed: 1, changed: 1, unchanged: 1, notChecked: 1, moved: 0 }
  const result = await compare(first, third)
  expect(result).toMatchObject({ status: 'complete', reason: null, counts })
  const rows = parseCsv((await bytesOf(result.artifact!.path)).toString('utf8').slice(1)).slice(1)
  expect(rows.map(([url, change, field, old, next]) => [url?.slice(origin.length), change, field, old, next])).toEqual([
    ['/a', 'changed', 'Price', '10', '12'],
    ['/gone', 'removed', '', '', ''],
    ['/new', 'added', '', '', ''],
    ['/slow', 'not_checked', '', '', ''],
  ])
  // Of two runs that follow each other it is what the export wrote, byte for byte.
  const diffCsv = exported.artifacts.find(({ path }) => path.endsWith('/diff.csv'))
  const next = await compare(second, third)
  expect(next.artifact).toMatchObject({ sha256: diffCsv?.sha256, wrote: true })
  expect((await compare(second, third, { diffId: next.diffId, attempt: 2 })).artifact).toMatchObject({
    path: next.artifact?.path,
    sha256: diffCsv?.sha256,
    wrote: false,
  })
})

test('a run whose snapshot is gone can not be compared, and the answer says which', async () => {
  const [first, second] = [await bench.run(products(2)), await bench.run(products(3))]
  await exportOf(first)
  await exportOf(second)
  await store.remove(snapshotPath(first, site))
  expect(await compare(first, second)).toMatchObject({
    status: 'failed',
    reason: `the results of 'shop' in run ${first} are not kept any more`,
    artifact: null,
  })
})

test('an unchanged page has the record of the run that fetched it', async () => {
  const first = await bench.run([{ path: '/u', product: { name: 'U', price: 3 } }])
  await exportOf(first)
  const unchanged = (recordRunId: string | null): SamplePage[] => [
    { path: '/u', ledger: { outcome: 'unchanged', reason: 'not-modified', status: 304, recordRunId } },
  ]
  const second = await bench.run(unchanged(first))
  expect(await exportOf(second, { previousRunId: first })).toMatchObject({ status: 'complete', diff: { unchanged: 1 } })
  const third = await bench.run(unchanged(first))
  expect(await exportOf(third, { previousRunId: second })).toMatchObject({ status: 'complete', diff: { unchanged: 1 } })
  expect(await csvOf(third, 'full.csv')).toMatchObject([
    { Name: 'U', Price: '3', Outcome: 'unchanged', 'Status Code': '200' },
  ])
})

test('an unchanged page of a run that never came to an export has its record from the results', async () => {
  const first = await bench.run([{ path: '/u', product: { name: 'U', price: 3 } }])
  await exportOf(first)
  const cancelled = await bench.run([{ path: '/u', product: { name: 'U', price: 4 } }])
  const third = await bench.run([
    { path: '/u', ledger: { outcome: 'unchanged', reason: 'fresh', status: 0, recordRunId: cancelled } },
  ])
  const result = await exportOf(third, { previousRunId: first })
  expect(result).toMatchObject({ status: 'complete', diff: { changed: 1 } })
  expect(await csvOf(third, 'full.csv')).toMatchObject([{ Price: '4' }])
})

test('a record that never arrived makes the export incomplete, and complete once it has', async () => {
  const pages: SamplePage[] = [...products(10), { path: '/lost', lost: true }]
  const runId = await bench.run(pages)
  const result = await exportOf(runId)
  expect(result).toMatchObject({ status: 'incomplete', artifacts: [], diff: null, rows: 11 })
  expect(result.missingUrlIds).toEqual([urlIdOf(runId, site, `${origin}/lost`)])
  expect(await store.stat(snapshotPath(runId, site))).toBeNull()
  await publishResults(bench.bus, runId, [{ path: '/lost' }])
  expect(await exportOf(runId, { attempt: 2 })).toMatchObject({ status: 'complete', rows: 11 })
})

test('a page that failed is reported from the ledger where its record never arrived', async () => {
  const runId = await bench.run([
    ...products(3),
    { path: '/gone', ledger: { outcome: 'failed', reason: 'http-404', status: 404 }, lost: true },
  ])
  expect(await exportOf(runId)).toMatchObject({ status: 'complete', rows: 4, missingUrlIds: [] })
  expect((await csvOf(runId, 'seo.csv')).find(({ Address }) => Address === `${origin}/gone`)).toMatchObject({
    'Status Code': '404',
    'Indexability Status': 'Client Error',
    Reason: 'http-404',
    'Response Time': '',
  })
})

test('a ledger that shows fewer pages than it has is not called complete', async () => {
  const runId = await bench.run(products(5))
  bench.claim(runId, 6)
  const result = await exportOf(runId)
  expect(result).toMatchObject({
    status: 'incomplete',
    reason: 'the ledger has 6 pages, 5 were read',
    missingUrlIds: [],
  })
})

test('only the attempt that counts is reported', async () => {
  const runId = await bench.run([{ path: '/twice', ledger: { attempt: 2 }, title: 'second' }])
  await publishResults(bench.bus, runId, [{ path: '/twice', ledger: { attempt: 1 }, title: 'first' }])
  await exportOf(runId)
  expect(await csvOf(runId, 'seo.csv')).toMatchObject([{ 'Title 1': 'second' }])
})

test('work for a run that nobody knows is answered failed, with the reason', async () => {
  const runId = newId()
  expect(await exportOf(runId)).toMatchObject({ status: 'failed', reason: `no run ${runId}`, artifacts: [] })
})

test('a snapshot that is gone is said so, and nothing is called removed', async () => {
  const runId = await bench.run([{ path: '/a' }])
  const result = await exportOf(runId, { previousRunId: newId() })
  expect(result).toMatchObject({ status: 'complete', diff: { added: 1, removed: 0 } })
  expect(result.reason).toMatch(/^the snapshot of run .* is gone/)
})

test('the archive holds the reports and a manifest, no snapshot, and is the same twice', async () => {
  const runId = await bench.run(products(20))
  const exported = await exportOf(runId)
  const finishedAt = new Date(bench.bus.nowMs()).toISOString()
  bench.sites(runId, [
    { ...siteRunOf(runId, site, exported.artifacts), finishedAt },
    { ...siteRunOf(runId, 'dead', []), status: 'failed', reason: 'preflight: no DNS', finishedAt },
  ])
  const tell = (event: Pick<SeineEvent, 'type' | 'data'> & { ts?: string; site?: string }) =>
    bench.bus.publish(eventMessage, {
      ...{ ts: finishedAt, level: 'info', job_id: runId, step: null, id: newId() },
      ...event,
    } as SeineEvent)
  const counts = { discovered: 0, ok: 0, unchanged: 0, failed: 0, skipped: 0, pending: 0 }
  const numbers = { counts, pagesPerSecond: 0, bytes: 0, eta: { state: 'done' } } as const
  const ended = { status: 'completed', reason: null, counts, diff: null, durationMs: 1 } as const
  await tell({ type: 'run.started', data: {} })
  await tell({ type: 'site.progress', data: numbers, site })
  await tell({ type: 'site.finished', data: ended, site: 'dead' })
  const work = { runId, attempt: 1, createdAt: '2026-11-20T09:00:00.000Z', correlationId: 'test' }
  await bench.bus.publish(exportArchive, work)
  // Told after it is so in the database: it is waited for.
  await tell({ type: 'site.finished', data: ended, site })
  const result = await answerTo(runId, 1, null)
  expect(result).toMatchObject({
    status: 'complete',
    rows: 2,
    artifacts: [
      { path: `bulk_runs/${runId}/reports.zip`, wrote: true },
      { path: `bulk_runs/${runId}/summary.xlsx`, wrote: true },
      { path: `bulk_runs/${runId}/events.jsonl`, wrote: true },
    ],
  })

  const entries = unzip(await bytesOf(`bulk_runs/${runId}/reports.zip`))
  expect([...entries.keys()]).toEqual([
    'manifest.json',
    'summary.xlsx',
    'events.jsonl',
    'shop/diff.csv',
    'shop/full.csv',
    'shop/issues.csv',
    'shop/report.json',
    'shop/seo.csv',
    'shop/shop.xlsx',
  ])
  const manifest = JSON.parse(entries.get('manifest.json')!.toString('utf8'))
  expect(manifest).toMatchObject({
    version: 1,
    run: runId,
    createdAt: work.createdAt,
    sites: [
      { site: 'dead', status: 'failed', quality: null, files: [] },
      { site, quality: { status: 'passed', reasons: [] } },
    ],
  })
  expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual(['summary.xlsx', 'events.jsonl'])
  const log = entries
    .get('events.jsonl')!
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(log.map(({ type, site }) => [type, site])).toEqual([
    ['run.started', undefined],
    ['site.finished', 'dead'],
    ['site.finished', site],
  ])
  for (const file of [...manifest.files, ...manifest.sites[1].files]) {
    const bytes = entries.get(file.path)!
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.size, file.sha256])
  }

  // What comes after the last site's end is no part of it, and what the stream has forgotten is.
  const later = new Date(bench.bus.nowMs() + 1_000).toISOString()
  await tell({ type: 'artifact.written', data: { artifact: result.artifacts[0]! }, ts: later })
  await (await bench.bus.jsm()).streams.purge('EVENTS', { filter: `event.${runId}._.run.started` })
  await bench.bus.publish(exportArchive, { ...work, attempt: 2 })
  const again = await answerTo(runId, 2, null)
  expect(again.artifacts[0]).toMatchObject({ sha256: result.artifacts[0]!.sha256, wrote: false, reason: 'identical' })
})

test('an archive of more than a part’s size is split by whole files, the same twice, and other parts go', async () => {
  const runId = await bench.run(products(20))
  const { artifacts } = await exportOf(runId)
  bench.sites(runId, [siteRunOf(runId, site, artifacts)])
  const deps = { bus: bench.bus, store, workDirs: await makeWorkDirs(join(root, 'parts')) }
  const work = { runId, attempt: 1, createdAt: '2026-11-20T09:00:00.000Z', correlationId: 'test' }
  const { signal } = new AbortController()
  const archive = (partBytes: number) => makeExportArchive({ ...deps, partBytes })(work, signal)
  const filesIn = async () => {
    const found = await Array.fromAsync(store.list(`bulk_runs/${runId}/reports`))
    return found.map(({ path }) => path.split('/').at(-1)).sort()
  }

  expect(await archive(0)).not.toHaveProperty('archiveParts')
  const split = await archive(20_000)
  const parts = split.archiveParts ?? []
  expect(parts.length).toBeGreaterThan(2)
  expect(split.artifacts[0]).toEqual(parts[0])
  expect(await filesIn()).toEqual(parts.map(({ path }) => path.split('/').at(-1)))
  const unpacked = await Promise.all(parts.map(async ({ path }) => unzip(await bytesOf(path))))
  const reports = artifacts.map(({ path }) => `shop/${path.split('/').at(-1)}`).filter((name) => !name.endsWith('.zst'))
  expect(unpacked.flatMap((part) => [...part.keys()])).toEqual([
    'manifest.json',
    'summary.xlsx',
    'events.jsonl',
    ...reports.sort(),
  ])
  const manifest = JSON.parse(unpacked[0]!.get('manifest.json')!.toString('utf8'))
  expect(manifest.parts.map(({ entries }: { entries: string[] }) => entries)).toEqual(
    unpacked.map((part) => [...part.keys()].filter((name) => name.startsWith('shop/'))),
  )
  const again = await archive(20_000)
  expect(again.archiveParts?.map(({ sha256, wrote }) => [sha256, wrote])).toEqual(
    parts.map(({ sha256 }) => [sha256, false]),
  )
  await archive(0)
  expect(await filesIn()).toEqual(['reports.zip'])
  await rm(join(root, 'parts'), { recursive: true })
})

test('an archive whose files are not in the store is answered failed after its tries', async () => {
  const runId = newId()
  const lost = {
    path: `bulk_runs/${runId}/shop/full.csv`,
    sha256: '0'.repeat(64),
    sizeBytes: 3,
    wrote: true,
    reason: 'new',
  }
  bench.sites(runId, [siteRunOf(runId, site, [lost])])
  await bench.bus.publish(exportArchive, {
    runId,
    attempt: 1,
    createdAt: '2026-11-20T09:00:00.000Z',
    correlationId: 'test',
  })
  expect(await answerTo(runId, 1, null)).toMatchObject({
    status: 'failed',
    reason: `${lost.path} is not in the artifact store`,
  })
  expect(await store.stat(`bulk_runs/${runId}/reports.zip`)).toBeNull()
})

/** What the site of a run says of itself. */
async function plan(runId: string, settings: object): Promise<void> {
  const plans = await bench.bus.bucket<unknown>(buckets.plans)
  const sampleSite = { name: site, startUrls: [`${origin}/`], ...settings }
  await plans.put(planKey(runId, site), { runId, site: sampleSite, policy: {}, maxPages: null })
}

test("a site's own fields are columns behind those of all sites, also of pages that are no product", async () => {
  const runId = await bench.run([
    { path: '/lamp', product: { name: 'Lamp' }, record: { extracted: { material: 'brass', sizes: ['S', 'M'] } } },
    { path: '/about', record: { extracted: { material: 'paper', sizes: [] } } },
    { path: '/none', record: { extracted: { material: null, sizes: [] } } },
  ])
  await plan(runId, {
    fields: [
      { name: 'material', css: '.m' },
      { name: 'sizes', css: '.s', list: true },
    ],
  })
  expect(await exportOf(runId)).toMatchObject({ status: 'complete' })
  const rows = await csvOf(runId, 'full.csv')
  expect(Object.keys(rows[0]!).slice(-2)).toEqual(['Field: material', 'Field: sizes'])
  expect(
    rows.map((row) => [row.URL?.slice(origin.length), row.Name, row['Field: material'], row['Field: sizes']]),
  ).toEqual([
    ['/about', '', 'paper', ''],
    ['/lamp', 'Lamp', 'brass', 'S | M'],
  ])
  const book = unzip(await bytesOf(`${siteArtifacts(runId, site)}/shop.xlsx`))
  expect(book.get('xl/worksheets/sheet-1-1.xml')?.toString('utf8')).toContain('Field: sizes')
})

test("a site's own settings decide what is a change and what is quality", async () => {
  const before = await bench.run(products(20))
  await exportOf(before)
  const cheaper = products(20).map((page, n) => ({ ...page, product: { ...page.product, price: (10 + n) * 1.01 } }))
  const runId = await bench.run(cheaper)
  await plan(runId, { diff: { minPriceChangePercent: 2 }, quality: { 'empty-prices': { warning: 0, failed: null } } })
  expect(await exportOf(runId, { previousRunId: before })).toMatchObject({
    diff: { changed: 0, unchanged: 20 },
    quality: { status: 'passed', reasons: [] },
  })
  const poor = await bench.run(products(9))
  expect(await exportOf(poor, { previousRunId: before })).toMatchObject({
    quality: { status: 'failed', reasons: [{ gate: 'pages-drop', measured: 55 }] },
  })
})

test('what pages are to each other is in seo.csv and issues.csv', async () => {
  const links = (...paths: string[]) => ({ outlinks: paths.map((path) => writeLink(origin + path, 1, false)).join('') })
  const seo = (path: string, over: object) => ({ ...recordOfPath(path), ...over })
  const recordOfPath = (path: string) => recordOf({ path })!.seo!
  const page = (path: string, over: object): SamplePage => ({ path, record: { seo: seo(path, over) } })
  const runId = await bench.run([
    page('/', links('/a', '/gone', '/old')),
    page('/a', { title: 'Same', ...links('/') }),
    page('/b', { title: 'Same', ...links('/') }),
    { path: '/old', record: { status: 301, redirectUrl: `${origin}/older`, seo: null } },
    { path: '/older', record: { status: 302, redirectUrl: `${origin}/a`, seo: null } },
    { path: '/gone', ledger: { outcome: 'failed', reason: 'http-404' }, record: { status: 404, seo: null } },
  ])
  await exportOf(runId)
  const rows = new Map((await csvOf(runId, 'seo.csv')).map((row) => [row.Address?.slice(origin.length), row]))
  expect(rows.get('/')).toMatchObject({ Inlinks: '2', 'Unique Inlinks': '2', 'Broken Outlinks': '1' })
  expect(rows.get('/old')).toMatchObject({
    'Redirect Hops': '2',
    'Redirect Final URL': `${origin}/a`,
    'Redirect Final Status': '200',
    'Unique Inlinks': '1',
  })
  const issues = await csvOf(runId, 'issues.csv')
  const codes = (path: string) => issues.filter(({ URL }) => URL === origin + path).map(({ Code }) => Code)
  expect(codes('/')).toEqual(expect.arrayContaining(['link-broken', 'link-to-redirect']))
  expect(codes('/a')).toEqual(expect.arrayContaining(['title-duplicate']))
  expect(codes('/b')).toEqual(expect.arrayContaining(['title-duplicate', 'sitemap-orphan']))
  expect(codes('/old')).toEqual(expect.arrayContaining(['redirect-chain']))
  const report = JSON.parse((await bytesOf(`${siteArtifacts(runId, site)}/report.json`)).toString('utf8'))
  expect(report.rows).toEqual({ full: 0, seo: 6, issues: issues.length })
  expect(report.issues['title-duplicate']).toBe(2)
})

test('nothing is left in the temp folder', async () => {
  await eventually(async () => (await readdir(root)).length === 0)
})

function unzip(zip: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>()
  const end = zip.lastIndexOf('PK\x05\x06')
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [method, packed, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(start, start + packed)
    entries.set(name, method === 8 ? inflateRawSync(bytes) : bytes)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}
