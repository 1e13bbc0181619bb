import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RpcError } from '@seine/bus'
import { type RpcRequest, type Site, schedulerRpc, siteSchema } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeReadAudit } from '../audit/read-audit.ts'
import { emptyDatabase, planRun, startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { type CatalogueSource, makeCatalogueSource } from './catalogue.ts'
import { makeChangeSites } from './change-sites.ts'
import { makeImportDocument } from './import-document.ts'
import { makeReadPolicies } from './read-policies.ts'
import { makeReadSites } from './read-sites.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
let folder: string
let source: CatalogueSource
let nowMs = Date.UTC(2026, 10, 21)

beforeAll(async () => {
  server = await startDatabase()
  folder = await mkdtemp(join(tmpdir(), 'seine-catalogue-'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  await emptyDatabase(server.database)
  await server.database.query('truncate sites, catalogue_file_entries, audit')
  nowMs += 60_000
  source = newSource()
  await writePolicies('{ slow: { ratePerSecond: 0.5 } }')
})

const newSource = () =>
  makeCatalogueSource({
    files: { sites: join(folder, 'sites.json'), policies: join(folder, 'policies.yml') },
    database: server.database,
    log: silentLogger,
    nowMs: () => nowMs,
  })
const writeSites = (...sites: unknown[]) => writeFile(join(folder, 'sites.json'), JSON.stringify({ sites }))
const writePolicies = (policies: string) => writeFile(join(folder, 'policies.yml'), `policies: ${policies}\n`)
const lamps = { name: 'lamps', startUrls: ['https://lamps.test/'] }
const books = { name: 'books', startUrls: ['https://books.test/'], group: 'Shops' }
const ann = { actor: 'ann', correlationId: 'c-1' }

const changes = () => makeChangeSites({ database: server.database, policies: source.policies, nowMs: () => nowMs })
const reads = () => makeReadSites(server.database)
const names = async () => (await source()).sites.map((site) => site.name)
const list = async (more: Partial<RpcRequest<typeof schedulerRpc.listSites>> = {}) =>
  reads().list(schedulerRpc.listSites.input.parse(more) as RpcRequest<typeof schedulerRpc.listSites>)
const listed = async (more: Parameters<typeof list>[0] = {}) => (await list(more)).sites.map((site) => site.name)
const audit = async () =>
  (await makeReadAudit(server.database)({ page: 1, perPage: 50 })).entries.map(
    ({ actor, action, subject, details }) => [actor, action, subject, details],
  )
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof RpcError ? error : null),
  )
const changed = (site: Site, more: Record<string, unknown>): Site => siteSchema.parse({ ...site, ...more })

test('the file’s sites come in its order, those of the API after them as they were made', async () => {
  await writeSites(lamps, books)
  await changes().create({ site: testSite('zebra') }, ann)
  await changes().create({ site: testSite('aardvark') }, ann)
  expect(await names()).toEqual(['lamps', 'books', 'zebra', 'aardvark'])
  await writeSites(books, lamps)
  expect(await names()).toEqual(['books', 'lamps', 'zebra', 'aardvark'])
})

test('what the API changed of a file’s site stays until that very entry of the file changes', async () => {
  await writeSites(lamps, books)
  await source()
  const { site } = await reads().get('lamps')
  const edited = await changes().replace({ site: changed(site, { maxPages: 7 }), version: 1 }, ann)
  expect(edited).toMatchObject({ origin: 'file', version: 2, updatedBy: 'ann' })

  await writeSites({ startUrls: lamps.startUrls, name: 'lamps' }, { ...books, maxDepth: 2 })
  // Another process, which has seen no file yet.
  source = newSource()
  await source()
  expect((await reads().get('lamps')).site.maxPages).toBe(7)
  expect(await reads().get('books')).toMatchObject({ version: 2, updatedBy: 'sites.json', site: { maxDepth: 2 } })

  await writeSites({ ...lamps, maxDepth: 3 }, books)
  await source()
  expect(await reads().get('lamps')).toMatchObject({ version: 3, updatedBy: 'sites.json', site: { maxDepth: 3 } })
  expect((await reads().get('lamps')).site).not.toHaveProperty('maxPages')
})

test('a site that vanishes from the file goes, one that the API made stays', async () => {
  await writeSites(lamps, books)
  await source()
  await changes().create({ site: testSite('desks') }, ann)
  nowMs += 1_000
  await writeSites(books)
  expect(await names()).toEqual(['books', 'desks'])
  expect((await audit())[0]).toEqual([
    'sites.json',
    'sites.imported',
    'sites.json',
    { deleted: { total: 1, names: ['lamps'] } },
  ])
})

test('a file’s site that was deleted over the API stays away until its entry changes', async () => {
  await writeSites(lamps, books)
  await source()
  await changes().remove({ site: 'lamps', version: 1 }, ann)
  await writeSites(lamps, { ...books, maxDepth: 1 })
  source = newSource()
  expect(await names()).toEqual(['books'])
  await writeSites({ ...lamps, maxDepth: 1 }, books)
  expect(await names()).toEqual(['lamps', 'books'])
})

test('a bad file changes nothing, and a good one is taken over again', async () => {
  await writeSites(lamps)
  await source()
  await writeSites({ ...lamps, maxDepth: 1 }, { ...books, policy: 'brisk' })
  await expect(source()).rejects.toThrow(/sites\[1\] 'books': policy: unknown 'brisk'/)
  expect((await reads().get('lamps')).version).toBe(1)
})

test('two processes that take a file over at once do it once', async () => {
  await writeSites(lamps, books)
  await Promise.all([newSource()(), newSource()(), newSource()()])
  expect((await audit()).filter(([, action]) => action === 'sites.imported')).toHaveLength(1)
  expect((await reads().get('lamps')).version).toBe(1)
})

test('a change of policies is written down, once, with what changed', async () => {
  await writeSites(lamps)
  await source()
  expect((await audit()).map(([, action]) => action)).toEqual(['sites.imported'])
  nowMs += 1_000
  await writePolicies('{ fast: { ratePerSecond: 9 }, default: { burst: 2 } }')
  await Promise.all([source(), newSource()()])
  expect((await audit())[0]).toEqual([
    'policies.yml',
    'policies.changed',
    'policies.yml',
    { changed: { total: 2, names: ['default', 'fast'] }, deleted: { total: 1, names: ['slow'] } },
  ])
  expect(await audit()).toHaveLength(2)
})

test('a site is made, changed and deleted, and who did it is written down with what', async () => {
  await writeSites(lamps)
  await source()
  nowMs += 1_000
  const site = testSite('desks', { policy: 'slow' })
  expect(await changes().create({ site }, ann)).toMatchObject({ origin: 'api', version: 1, site, lastRun: null })
  nowMs += 1_000
  const other = changed(site, { group: 'shops', maxDepth: 1 })
  expect(
    await changes().replace({ site: other, version: 1 }, { actor: 'bob', correlationId: undefined }),
  ).toMatchObject({ version: 2, updatedBy: 'bob', updatedAt: new Date(nowMs).toISOString(), site: other })
  nowMs += 1_000
  await changes().remove({ site: 'desks', version: 2 }, ann)
  expect(await failure(reads().get('desks'))).toMatchObject({ code: 'not-found' })
  expect((await audit()).slice(0, 3)).toEqual([
    ['ann', 'site.deleted', 'desks', {}],
    ['bob', 'site.changed', 'desks', { fields: ['group', 'maxDepth'] }],
    ['ann', 'site.created', 'desks', {}],
  ])
})

test('a change that changes nothing is none', async () => {
  await writeSites(lamps)
  await source()
  const { site } = await reads().get('lamps')
  expect(await changes().replace({ site, version: 1 }, ann)).toMatchObject({ version: 1, updatedBy: 'sites.json' })
  expect(await audit()).toHaveLength(1)
})

test('of two who change one version the second is told who was first', async () => {
  await writeSites(lamps)
  await source()
  const { site } = await reads().get('lamps')
  const bob = { actor: 'bob', correlationId: undefined }
  const both = await Promise.all([
    failure(changes().replace({ site: changed(site, { maxDepth: 1 }), version: 1 }, ann)),
    failure(changes().replace({ site: changed(site, { maxDepth: 2 }), version: 1 }, bob)),
  ])
  const refused = both.filter((error) => error !== null)
  expect(refused).toHaveLength(1)
  const first = both[0] === null ? 'ann' : 'bob'
  expect(refused[0]).toMatchObject({ code: 'stale', details: { version: 2, updatedBy: first } })
  expect(await failure(changes().remove({ site: 'lamps', version: 1 }, ann))).toMatchObject({ code: 'stale' })
})

test('what is wrong with a site is said by field', async () => {
  await writeSites(lamps)
  const site = testSite('desks', {
    policy: 'brisk',
    fields: [{ name: 'ean', css: 'a[' }],
  })
  expect(await failure(changes().create({ site }, ann))).toMatchObject({
    code: 'invalid',
    details: {
      fields: {
        policy: ["unknown 'brisk', there are slow, default"],
        'fields.0.css': [expect.stringContaining("'ean' can't be read")],
      },
    },
  })
  await source()
  expect(await failure(changes().create({ site: testSite('lamps') }, ann))).toMatchObject({ code: 'conflict' })
})

test('a site is not deleted while a run is doing it', async () => {
  await writeSites(lamps)
  const { sites } = await source()
  const runId = await planRun(server.database, testCatalogue(sites), {}, nowMs)
  expect(await failure(changes().remove({ site: 'lamps', version: 1 }, ann))).toMatchObject({
    code: 'conflict',
    details: { runId },
  })
  await end(runId, 'completed')
  await changes().remove({ site: 'lamps', version: 1 }, ann)
  expect(await listed()).toEqual([])
})

const end = (runId: string, status: string, more = '') =>
  server.database.query(
    `update bulk_job_sites set status = $2, started_at = $3::timestamptz, finished_at = $3::timestamptz + interval '90 seconds',
       discovered = 12, ok = 10, failed = 2 ${more} where job_id = $1`,
    [runId, status, new Date(nowMs).toISOString()],
  )

test('a list has each site’s last run with it', async () => {
  await writeSites(lamps, books)
  const { sites } = await source()
  const first = await planRun(server.database, testCatalogue(sites), {}, nowMs)
  await end(first, 'failed')
  nowMs += 5_000
  const second = await planRun(server.database, testCatalogue(sites), { sites: ['lamps'] }, nowMs)
  await end(second, 'completed', `, quality = '{"status":"warning","reasons":[]}'`)
  const [ofBooks, ofLamps] = (await list()).sites
  expect(ofBooks).toMatchObject({ name: 'books', group: 'Shops', startUrl: books.startUrls[0], isRunning: false })
  expect(ofBooks?.lastRun).toMatchObject({ runId: first, status: 'failed', quality: null })
  expect(ofLamps?.lastRun).toEqual({
    runId: second,
    status: 'completed',
    step: null,
    reason: null,
    createdAt: new Date(nowMs).toISOString(),
    startedAt: new Date(nowMs).toISOString(),
    finishedAt: new Date(nowMs + 90_000).toISOString(),
    durationMs: 90_000,
    counts: { discovered: 12, ok: 10, unchanged: 0, failed: 2, skipped: 0, pending: 0 },
    diff: null,
    quality: 'warning',
  })
  expect(schedulerRpc.listSites.output.safeParse(await list()).error).toBeUndefined()
  expect(await listed({ sort: '-last-run' })).toEqual(['lamps', 'books'])
  expect(await listed({ sort: 'last-run' })).toEqual(['books', 'lamps'])
})

test('a list is searched, filtered, sorted and paged', async () => {
  await writeSites(lamps, { ...books, enabled: false }, { ...lamps, name: 'a_b', policy: 'slow' })
  await source()
  expect(await listed()).toEqual(['a_b', 'books', 'lamps'])
  expect(await listed({ sort: '-name' })).toEqual(['lamps', 'books', 'a_b'])
  expect(await listed({ search: 'SHOP' })).toEqual(['books'])
  expect(await listed({ search: 'books.test' })).toEqual(['books'])
  expect(await listed({ search: '_' })).toEqual(['a_b'])
  expect(await listed({ group: 'Shops' })).toEqual(['books'])
  expect(await listed({ policy: 'slow' })).toEqual(['a_b'])
  expect(await listed({ enabled: true })).toEqual(['a_b', 'lamps'])
  expect(await list({ page: 2, perPage: 2 })).toMatchObject({ total: 3, sites: [{ name: 'lamps' }] })
  for (const sort of schedulerRpc.listSites.input.shape.sort.unwrap().options)
    expect(await listed({ sort })).toHaveLength(3)
})

test('an import by the API is all or nothing, and a dry run says what would become of each entry', async () => {
  await writeSites(lamps, books)
  await source()
  const importDocument = makeImportDocument({
    database: server.database,
    policies: source.policies,
    nowMs: () => nowMs,
  })
  const bad = { name: 'desks', startUrls: ['https://desks.test/'], fields: [{ name: 'ean', css: 'a[' }] }
  const entries = [lamps, { ...books, group: 'texts' }, { ...lamps, name: 'new' }, bad, 7, lamps] as never[]
  const report = await importDocument({ entries, dryRun: false }, ann)
  expect(report).toMatchObject({ applied: false, counts: { created: 1, changed: 1, unchanged: 1, invalid: 3 } })
  expect(report.entries.map(({ index, name, result, changed: fields }) => [index, name, result, fields])).toEqual([
    [3, 'desks', 'invalid', []],
    [4, null, 'invalid', []],
    [5, 'lamps', 'invalid', []],
    [0, 'lamps', 'unchanged', []],
    [1, 'books', 'changed', ['group']],
    [2, 'new', 'created', []],
  ])
  expect(report.entries[0]?.problems[0]?.field).toBe('fields[0].css')
  expect(report.entries[2]?.problems).toEqual([{ field: 'name', message: 'sites[0] has it already' }])
  expect(await listed()).toEqual(['books', 'lamps'])

  nowMs += 1_000
  const good = entries.slice(0, 3)
  expect(await importDocument({ entries: good, dryRun: true }, ann)).toMatchObject({ applied: false })
  expect(await listed()).toEqual(['books', 'lamps'])
  expect(await importDocument({ entries: good, dryRun: false }, ann)).toMatchObject({ applied: true })
  expect(await listed()).toEqual(['books', 'lamps', 'new'])
  expect((await audit())[0]).toEqual([
    'ann',
    'sites.imported',
    'sites',
    { created: { total: 1, names: ['new'] }, changed: { total: 1, names: ['books'] } },
  ])
})

test('policies say who uses them', async () => {
  await writeSites(lamps, { ...books, policy: 'slow' })
  await source()
  const read = makeReadPolicies({ database: server.database, policies: source.policies })
  const { policies } = await read.list()
  expect(policies.map(({ name, sites }) => [name, sites])).toEqual([
    ['default', 1],
    ['slow', 1],
  ])
  expect(await read.get({ name: 'slow' })).toMatchObject({
    policy: { ratePerSecond: 0.5 },
    sites: ['books'],
    sitesTotal: 1,
  })
  expect(await failure(read.get({ name: 'none' }))).toMatchObject({ code: 'not-found' })
})

test('ten thousand sites are planned from what was read before, until one of them changes', async () => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({ name: `site-${n}`, startUrls: [`https://s${n}.test/`] }))
  await writeSites(...many)
  const first = await source()
  expect(first.sites).toHaveLength(10_000)
  expect((await source()).sites).toBe(first.sites)
  const { site } = await reads().get('site-7')
  await changes().replace({ site: changed(site, { maxDepth: 1 }), version: 1 }, ann)
  expect((await source()).sites[7]?.maxDepth).toBe(1)
  await changes().remove({ site: 'site-8', version: 1 }, ann)
  expect((await source()).sites).toHaveLength(9_999)
})

test('what was done is found by who, what and when', async () => {
  await writeSites(lamps)
  await source()
  await changes().create({ site: testSite('desks') }, ann)
  const read = makeReadAudit(server.database)
  const find = async (filter: object) =>
    (await read({ page: 1, perPage: 50, ...filter })).entries.map((entry) => entry.action)
  expect(await find({ actor: 'ann' })).toEqual(['site.created'])
  expect(await find({ action: 'sites' })).toEqual(['sites.imported'])
  expect(await find({ action: 'site.created', subject: 'desks' })).toEqual(['site.created'])
  expect(await find({ from: new Date(nowMs + 1).toISOString() })).toEqual([])
  expect(await find({ to: new Date(nowMs + 1).toISOString() })).toHaveLength(2)
  expect(schedulerRpc.listAudit.output.safeParse(await read({ page: 1, perPage: 50 })).error).toBeUndefined()
})
