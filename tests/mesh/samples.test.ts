import { createHash } from 'node:crypto'
import type { RunDetail } from '@seine/client'
import {
  bookPages,
  lampAssortment,
  lampPages,
  type Mesh,
  type SampleSites,
  startMesh,
  startSampleSites,
  stockAt,
} from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

/** Every sample site through the real mesh, twice: what it finds, how it behaves, what it says has changed. */
let samples: SampleSites
let mesh: Mesh
let first: RunDetail
let files: Map<string, Buffer>

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({ sites: samples.sites, env: { ...samples.fetcherEnv, BULK_MAX_CONCURRENCY: '20' } })
  first = await mesh.run()
  files = await mesh.archive(first.id)
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
})

const siteOf = (run: RunDetail, name: string) => run.sites.find(({ site }) => site === name)!
const hostOf = (name: string) => `${name}.sample.test`
const pathsAsked = (name: string) => samples.log.of(hostOf(name)).map(({ path }) => path)

describe('the first run', () => {
  test('ends, and the ledger of every site balances (I1)', () => {
    expect(first.status).toBe('completed')
    for (const { site, counts } of first.sites) {
      expect(counts.ok + counts.unchanged + counts.failed + counts.skipped, site).toBe(counts.discovered)
      expect(counts.pending, site).toBe(0)
    }
  })

  test('sites that can’t be run fail with their reason and hold up no other', () => {
    const failed = Object.fromEntries(
      first.sites.filter(({ status }) => status === 'failed').map(({ site, reason }) => [site, reason]),
    )
    expect(failed).toEqual({
      closed: expect.stringContaining('robots.txt'),
      dead: expect.stringContaining('ECONNREFUSED'),
      nowhere: expect.stringContaining('nowhere.invalid'),
    })
    expect(first.sites.filter(({ status }) => status === 'completed')).toHaveLength(first.sites.length - 3)
  })

  test('every file of the archive is as the manifest says', () => {
    const manifest = JSON.parse(files.get('manifest.json')!.toString('utf8')) as {
      files: { path: string; sha256: string; size: number }[]
      sites: { site: string; files: { path: string; sha256: string; size: number }[] }[]
    }
    const listed = [...manifest.files, ...manifest.sites.flatMap((site) => site.files)]
    for (const { path, sha256, size } of listed) {
      expect(files.get(path)?.length, path).toBe(size)
      expect(createHash('sha256').update(files.get(path)!).digest('hex'), path).toBe(sha256)
    }
    expect([...files.keys()].sort()).toEqual(['manifest.json', ...listed.map(({ path }) => path)].sort())
  })

  test.each([
    ['lamps', () => lampPages(1)],
    ['books', () => bookPages(1)],
  ])('%s: seo.csv has every page once with its title', (name, pagesOf) => {
    const answered = readCsv(files.get(`${name}/seo.csv`)).filter((row) => row['Status Code'] === '200')
    const titles = answered.map((row) => [new URL(row.Address!).pathname, row['Title 1'] ?? ''])
    expect(titles.sort()).toEqual(
      pagesOf()
        .map(({ path, title }) => [path, title])
        .sort(),
    )
  })

  test.each([
    ['lamps', () => lampPages(1)],
    ['books', () => bookPages(1)],
  ])('%s: full.csv has every product as the page has it', (name, pagesOf) => {
    const rows = new Map(readCsv(files.get(`${name}/full.csv`)).map((row) => [new URL(row.URL!).pathname, row]))
    const expected = pagesOf().filter(({ product }) => product !== null)
    expect(rows.size).toBe(expected.length)
    for (const { path, product } of expected) {
      expect(rows.get(path), path).toMatchObject({
        Name: product!.name,
        Brand: product!.brand,
        SKU: product!.sku,
        GTIN: product!.gtin,
        Price: String(product!.priceCents / 100),
        Currency: product!.currency,
        Availability: product!.availability,
        // As a browser would show it.
        Description: product!.description.replace('\n', ' '),
      })
    }
  })

  test('pages that robots.txt or the scope rules out are not asked for, and are skipped with that reason', () => {
    expect(pathsAsked('lamps')).not.toContain('/cart/')
    expect(pathsAsked('garden')).not.toContain('/private/shed')
    expect(pathsAsked('garden')).toContain('/private/tour')
    expect(siteOf(first, 'lamps').reasons).toMatchObject({ robots: 1 })
    expect(pathsAsked('books')).not.toContain('/catalogue.pdf')
    expect(siteOf(first, 'books').reasons).toEqual({ 'scope-extension': 1 })
  })

  test('a Crawl-delay holds for both fetchers together (I3)', () => {
    // Four a second once robots.txt is read: at most five begin within a second.
    expect(samples.log.of(hostOf('garden')).length).toBeGreaterThan(8)
    expect(samples.log.maxInWindow(hostOf('garden'), 1_000)).toBeLessThanOrEqual(5)
  })

  test('no host has more requests at once, or in a second, than its policy allows (I3)', () => {
    for (const { site } of first.sites) {
      expect(samples.log.maxConcurrency(hostOf(site)), site).toBeLessThanOrEqual(8)
      expect(samples.log.maxInWindow(hostOf(site), 1_000), site).toBeLessThanOrEqual(20 + 200)
    }
  })

  test('after a Retry-After the host is left alone that long', () => {
    const visits = samples.log.of(hostOf('busy'))
    const throttled = visits.find(({ status }) => status === 429)!
    const throttledMs = throttled.endMs ?? 0
    // What was on its way at that moment had been sent already.
    const after = visits.map(({ startMs }) => startMs).filter((startMs) => startMs > throttledMs + 100)
    expect(Math.min(...after)).toBeGreaterThan(throttledMs + 900)
    expect(siteOf(first, 'busy').counts).toMatchObject({ ok: 7, failed: 0 })
  })

  test('what heals is fetched, what does not fails with its reason', () => {
    expect(siteOf(first, 'healing').counts).toMatchObject({ ok: 16, failed: 1 })
    expect(siteOf(first, 'healing').reasons).toEqual({ 'http-500': 1 })
    expect(siteOf(first, 'lamps').reasons).toMatchObject({ 'http-404': 2 })
  })

  test('redirects are rows of their own, a loop ends', () => {
    const rows = new Map(readCsv(files.get('moved/seo.csv')).map((row) => [new URL(row.Address!).pathname, row]))
    expect(rows.get('/old/1')).toMatchObject({ 'Status Code': '301' })
    expect(rows.get('/old/2')).toMatchObject({ 'Status Code': '308' })
    expect(rows.get('/new')).toMatchObject({ 'Status Code': '200', 'Title 1': 'New place' })
    expect(pathsAsked('moved').filter((path) => path.startsWith('/loop/'))).toHaveLength(2)
  })

  test('a body and a sitemap without an end are cut at their limits (I7)', () => {
    const sizes = new Map(
      readCsv(files.get('big/seo.csv')).map((row) => [new URL(row.Address!).pathname, Number(row['Size (Bytes)'])]),
    )
    expect(sizes.get('/endless')).toBe(1_000_000)
    expect(sizes.get('/huge')).toBe(1_000_000)
    const { counts } = siteOf(first, 'flood')
    expect(counts.discovered).toBeLessThanOrEqual(501)
    expect(counts.ok).toBe(25)
    expect(pathsAsked('flood').filter((path) => path.startsWith('/drop/')).length).toBeLessThanOrEqual(25)
  })

  test('a sitemap that is an HTML page costs the site nothing that links lead to', () => {
    expect(siteOf(first, 'mislabelled').counts).toMatchObject({ ok: 6, failed: 0 })
  })

  test('nothing has changed yet: diff.csv has no rows', () => {
    expect(readCsv(files.get('lamps/diff.csv'))).toEqual([])
  })
})

describe('the second run, a generation later', () => {
  let second: RunDetail
  let changes: Record<string, string>[]

  beforeAll(async () => {
    samples.advance()
    second = await mesh.run({ sites: ['lamps', 'books'] })
    changes = readCsv((await mesh.archive(second.id)).get('lamps/diff.csv'))
  })

  const before = stockAt(lampAssortment, 1)
  const after = stockAt(lampAssortment, 2)
  const old = new Map(before.products.map((product) => [product.slug, product]))
  const productChanges = (kind: string, field = '') =>
    changes
      .filter((row) => row.Change === kind && row.Field === field && row.URL!.includes('/p/'))
      .map((row) => new URL(row.URL!).pathname.slice(3))
      .sort()

  test('completes and tells of changes', () => {
    expect(second.status).toBe('completed')
    expect(siteOf(second, 'lamps').diff).toMatchObject({
      added: lampAssortment.change.added,
      removed: lampAssortment.change.removed,
      notChecked: 0,
    })
  })

  test('what was added and removed is listed, no more and no less', () => {
    const added = after.products.filter(({ slug }) => !old.has(slug)).map(({ slug }) => slug)
    expect(productChanges('added')).toEqual(added.sort())
    expect(productChanges('removed')).toEqual([...after.gone].sort())
  })

  test('every changed price and availability is listed with what it was and is', () => {
    const kept = after.products.filter(({ slug }) => old.has(slug))
    const priced = kept.filter(({ slug, priceCents }) => old.get(slug)!.priceCents !== priceCents)
    expect(productChanges('changed', 'Price')).toEqual(priced.map(({ slug }) => slug).sort())
    for (const { slug, priceCents } of priced) {
      const row = changes.find((change) => change.Field === 'Price' && change.URL!.endsWith(`/p/${slug}`))
      expect(Number(row?.Old)).toBe(old.get(slug)!.priceCents / 100)
      expect(Number(row?.New)).toBe(priceCents / 100)
    }
    const moved = kept.filter(({ slug, availability }) => old.get(slug)!.availability !== availability)
    expect(productChanges('changed', 'Availability')).toEqual(moved.map(({ slug }) => slug).sort())
  })
})
