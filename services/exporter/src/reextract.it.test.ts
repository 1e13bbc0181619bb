import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import {
  buckets,
  type ExportSite,
  newId,
  pagesFolder,
  planKey,
  policySchema,
  siteArtifacts,
  siteSchema,
  urlIdOf,
} from '@seine/contracts'
import { packFileHead, packPage } from '@seine/pages'
import { type Clock, silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExportSite } from './export-site.ts'
import { type ExporterBench, origin, type SamplePage, site, startExporterBench } from './testing.ts'
import { makeWorkDirs } from './work-dirs.ts'

let bench: ExporterBench
let store: ArtifactStore
let root: string
let exportSite: ReturnType<typeof makeExportSite>

beforeAll(async () => {
  bench = await startExporterBench()
  root = await mkdtemp(join(tmpdir(), 'reextract-test-'))
  store = await makeObjectStore(bench.bus.nc, { spoolDir: root })
  exportSite = makeExportSite({
    ...{ bus: bench.bus, store, workDirs: await makeWorkDirs(root), sortMemoryBytes: 20_000, log: silentLogger },
    clock: hurriedClock(),
  })
})
afterAll(async () => {
  await bench?.stop()
  await rm(root, { recursive: true, force: true })
})

/** Waiting takes no time. */
function hurriedClock(): Clock {
  let now = 0
  return {
    nowMs: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

const html = (n: number): string =>
  `<title>Lamp ${n}</title><script type="application/ld+json">{"@type":"Product","name":"Lamp ${n}","offers":{"price":"${10 + n}","priceCurrency":"EUR"}}</script><p class="sale">${5 + n}.50</p>`
const inFile = 'aaaaaaaa-00001.warc.gz'
const lostFile = 'bbbbbbbb-00001.warc.gz'

/** A run of a shop that stores its pages: what fetchers published, and the files that came to the store. */
async function storedRun(pages: SamplePage[], { upTo = pages.length, torn = false } = {}): Promise<string> {
  const runId = newId()
  const members = [await packFileHead({ runId, site, name: inFile, dateMs: 0 })]
  for (const [n, { path, ledger }] of pages.slice(0, upTo).entries())
    members.push(
      await packPage({
        ...{ url: origin + path, urlId: urlIdOf(runId, site, origin + path), attempt: 1, depth: 1 },
        ...{ status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from(html(n)), truncated: false },
        ...{ transferredBytes: 1, ttfbMs: 1, durationMs: 2, fetchedAtMs: Date.UTC(2026, 10, 20) },
        ...{ isPage: ledger?.outcome !== 'failed', isRendered: false, requestHeaders: {}, remoteAddress: '' },
      }),
    )
  const file = Buffer.concat(members)
  await store.put(
    `${pagesFolder(runId, site)}/${inFile}`,
    torn ? file.subarray(0, file.length - members.at(-1)!.length + 100) : file,
  )
  await bench.run(pages, runId)
  await configure(runId)
  return runId
}

async function configure(runId: string, over: Record<string, unknown> = {}): Promise<void> {
  const entry = siteSchema.parse({ name: site, startUrls: [`${origin}/`], storePages: true, ...over })
  const plan = { runId, site: entry, policy: policySchema.parse({}), maxPages: null }
  await (await bench.bus.bucket(buckets.plans)).put(planKey(runId, site), plan)
}

const saleFields = { fields: [{ name: 'price', css: '.sale', type: 'price' }] }

function work(runId: string, over: Partial<ExportSite> = {}) {
  const message = { runId, site, attempt: 1, previousRunId: null, allSourcesRead: true, correlationId: 'test', ...over }
  return exportSite(message, new AbortController().signal)
}

async function pricesOf(runId: string): Promise<string[]> {
  const file = await store.open(`${siteArtifacts(runId, site)}/full.csv`)
  const [header = '', ...rows] = (await buffer(file!.stream)).toString('utf8').trimEnd().split('\r\n')
  const cells = (row: string) => [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, a, b]) => a ?? b)
  const place = cells(header).indexOf('Price')
  return rows.map((row) => cells(row)[place] ?? '')
}

const lamps = (count: number, over: (n: number) => Partial<SamplePage> = () => ({})): SamplePage[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ path: `/p/${n}`, product: { name: `Lamp ${n}`, price: 10 + n }, stored: inFile, ...over(n) },
  }))

test('an export counts the pages that are stored, and says how many of its records are without', async () => {
  const notStored = lamps(7, (n) => (n === 3 ? { stored: lostFile } : {})).map((page, n) => {
    const { stored: _, ...unstored } = page
    return n === 5 ? unstored : page
  })
  const pages: SamplePage[] = [
    ...notStored,
    { path: '/slow', ledger: { outcome: 'failed', reason: 'timeout-headers', status: 0 }, record: null },
    { path: '/private', ledger: { outcome: 'skipped', reason: 'robots', status: 0 }, record: null },
  ]
  const runId = await storedRun(pages)
  expect(await work(runId)).toMatchObject({ status: 'complete', rows: 9, storedPages: { stored: 5, notStored: 2 } })
})

test('a page whose result names a lost file, and that another file holds, is counted when it is read', async () => {
  const runId = await storedRun(lamps(3, (n) => (n === 1 ? { stored: lostFile } : {})))
  expect(await work(runId)).toMatchObject({ storedPages: { stored: 2, notStored: 1 } })
  const again = await work(runId, { attempt: 2, reextract: true })
  expect(again).toMatchObject({ storedPages: { stored: 3, notStored: 0 } })
})

test('an export of a site that stores nothing says nothing of it', async () => {
  const runId = await bench.run(lamps(2))
  expect(await work(runId)).not.toHaveProperty('storedPages')
})

test('fetchers are told that nothing more is fetched, so that they send what they hold', async () => {
  const runId = await storedRun(lamps(1))
  await work(runId)
  expect((await (await bench.bus.bucket(buckets.runs)).get(planKey(runId, site)))?.value).toBe('fetched')
})

test('changed selectors give new values from the stored pages, the same every time', async () => {
  const runId = await storedRun(lamps(9))
  await work(runId)
  expect(await pricesOf(runId)).toEqual(['10', '11', '12', '13', '14', '15', '16', '17', '18'])
  await configure(runId, saleFields)
  const again = await work(runId, { attempt: 2, reextract: true })
  expect(again).toMatchObject({ status: 'complete', rows: 9, storedPages: { stored: 9, notStored: 0 } })
  expect(await pricesOf(runId)).toEqual(['5.5', '6.5', '7.5', '8.5', '9.5', '10.5', '11.5', '12.5', '13.5'])
  const third = await work(runId, { attempt: 3, reextract: true })
  expect(third.artifacts.map(({ sha256, wrote }) => [sha256, wrote])).toEqual(
    again.artifacts.map(({ sha256 }) => [sha256, false]),
  )
})

test('a page that is not stored keeps the record it has, and is counted', async () => {
  const runId = await storedRun(lamps(4), { upTo: 2 })
  await configure(runId, saleFields)
  const answer = await work(runId, { reextract: true })
  expect(answer).toMatchObject({ status: 'complete', storedPages: { stored: 2, notStored: 2 } })
  expect(await pricesOf(runId)).toEqual(['5.5', '6.5', '12', '13'])
})

test('a file that breaks off gives the pages before the break', async () => {
  const runId = await storedRun(lamps(3), { torn: true })
  await configure(runId, saleFields)
  expect(await work(runId, { reextract: true })).toMatchObject({ storedPages: { stored: 2, notStored: 1 } })
  expect(await pricesOf(runId)).toEqual(['5.5', '6.5', '12'])
})

test('an unchanged page whose body was stored is read again in its own run', async () => {
  const first = await storedRun(lamps(2))
  await work(first)
  const unchanged = lamps(2, () => ({
    ledger: { outcome: 'unchanged', reason: 'same-content', status: 200, recordRunId: first },
  }))
  const second = await storedRun(unchanged)
  expect(await work(second, { previousRunId: first })).toMatchObject({ storedPages: { stored: 2, notStored: 0 } })
  expect(await pricesOf(second)).toEqual(['10', '11'])
  await configure(second, saleFields)
  expect(await work(second, { previousRunId: first, attempt: 2, reextract: true })).toMatchObject({
    storedPages: { stored: 2, notStored: 0 },
    diff: { changed: 2 },
  })
  expect(await pricesOf(second)).toEqual(['5.5', '6.5'])
})

test('when the results are gone from the stream, stored pages and the run’s own snapshot are enough', async () => {
  const runId = await storedRun(lamps(4), { upTo: 3 })
  await work(runId)
  await (await bench.bus.jsm()).streams.purge('RESULTS', { filter: `result.page.${runId}.${site}` })
  await configure(runId, saleFields)
  expect(await work(runId, { attempt: 2, reextract: true })).toMatchObject({
    status: 'complete',
    storedPages: { stored: 3, notStored: 1 },
  })
  expect(await pricesOf(runId)).toEqual(['5.5', '6.5', '7.5', '13'])
})

test('a re-extraction never asks for pages to be fetched: it fails where something can’t be had', async () => {
  const lost = lamps(3, (n) => (n === 2 ? { lost: true } : {}))
  const runId = await storedRun(lost, { upTo: 2 })
  await expect(work(runId, { reextract: true })).rejects.toThrow('1 pages have neither a stored page nor a record')
  const bare = await bench.run(lamps(1))
  await configure(bare)
  await expect(work(bare, { reextract: true })).rejects.toThrow(`no pages of ${site} are stored`)
})
