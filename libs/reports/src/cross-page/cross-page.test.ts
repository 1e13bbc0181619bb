import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash64, minhashSlots, type PageRecord, readLinks, type Seo, writeLink, writeMinhash } from '@seine/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LedgerRow, ReportRow } from '../row.ts'
import { recordOf, rowOf, seoOf } from '../testing.ts'
import { makeCrossPage } from './cross-page.ts'
import { maxNeighbours } from './near-duplicates.ts'
import { noFacts, type PageFacts } from './page-facts.ts'
import { maxChainHops } from './redirect-chains.ts'
import type { SiteFacts } from './site-facts.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cross-page-test-'))
})
afterAll(() => rm(dir, { recursive: true }))

const at = (path: string): string => `https://shop.example/${path}`
const never = new AbortController().signal
const bare = { title: null, description: null, h1: [], h2: [] }

function page(path: string, seo: Partial<Seo> = {}, over: Partial<PageRecord> = {}, ledger: Partial<LedgerRow> = {}) {
  return rowOf(recordOf({ url: at(path), seo: seoOf({ ...bare, ...seo }), ...over }), { url: at(path), ...ledger })
}
const redirect = (path: string, to: string): ReportRow =>
  rowOf(recordOf({ url: at(path), status: 301, redirectUrl: to, seo: null }), { url: at(path) })
const failed = (path: string, status: number): ReportRow =>
  rowOf(null, { url: at(path), outcome: 'failed', reason: status === 0 ? 'timeout' : `http-${status}`, status })
const links = (...targets: string[]): { outlinks: string } => ({
  outlinks: targets.map((target) => writeLink(at(target), 1, false)).join(''),
})

async function factsOf(rows: readonly ReportRow[], maxKeys?: number): Promise<{ facts: PageFacts[]; site: SiteFacts }> {
  const work = join(dir, 'work')
  let facts: PageFacts[]
  let site: SiteFacts
  {
    using cross = makeCrossPage({ dir: work, ...(maxKeys === undefined ? {} : { maxKeys }) })
    for (const row of rows) cross.add(row)
    site = await cross.resolve(never)
    facts = [...cross.facts()]
  }
  expect(existsSync(work)).toBe(false)
  return { facts, site }
}
/** What differs from a page nobody has anything to do with, by path. */
async function found(rows: readonly ReportRow[]): Promise<Record<string, Partial<PageFacts>>> {
  const { facts } = await factsOf(rows)
  return Object.fromEntries(
    facts.map((fact, i) => [
      rows[i]!.ledger.url.slice(at('').length),
      Object.fromEntries(Object.entries(fact).filter(([name, value]) => noFacts[name as keyof PageFacts] !== value)),
    ]),
  )
}

test('inlinks count every link, pages once, and a page that links to itself not at all', async () => {
  const rows = [
    page('a', { outlinks: writeLink(at('a'), 2, false) + writeLink(at('b'), 3, false) }),
    page('b', { outlinks: writeLink(at('b'), 1, true), metaRobots: 'noindex' }),
    page('c', { outlinks: writeLink(at('b'), 1, true) + writeLink('https://elsewhere.example/', 1, false) }),
  ]
  expect(await found(rows)).toEqual({
    a: { inlinks: 2, outlinksToNoindex: 1 },
    b: { inlinks: 5, uniqueInlinks: 2, followedInlinks: 1, indexableInlinks: 2, outlinksToNoindex: 1 },
    c: { outlinksToNoindex: 1 },
  })
})

test('a page knows what its links lead to', async () => {
  const rows = [
    page('a', links('404', '500', 'slow', 'moved', 'robots', 'canonical', 'fine', 'unknown')),
    failed('404', 404),
    failed('500', 500),
    failed('slow', 0),
    redirect('moved', at('fine')),
    rowOf(null, { url: at('robots'), outcome: 'skipped', reason: 'robots', status: 0 }),
    page('canonical', { canonical: at('fine') }),
    page('fine'),
  ]
  expect((await found(rows)).a).toEqual({
    outlinksToClientErrors: 1,
    outlinksToServerErrors: 1,
    outlinksUnanswered: 1,
    outlinksToRedirects: 1,
    outlinksBlocked: 1,
    outlinksToCanonicalised: 1,
  })
})

test('links of a page that answered an error count for nothing', async () => {
  const rows = [
    page('a'),
    page('b', links('a'), { status: 404 }, { outcome: 'failed', reason: 'http-404', status: 404 }),
  ]
  expect((await found(rows)).a).toEqual({})
})

test('redirects are followed to their end', async () => {
  const rows = [
    redirect('1', at('2')),
    redirect('2', `${at('3')}#part`),
    redirect('3', at('end')),
    page('end'),
    redirect('away', 'https://elsewhere.example/x'),
    redirect('dead', at('gone')),
    failed('gone', 404),
  ]
  expect(await found(rows)).toEqual({
    1: { redirectHops: 3, redirectFinalStatus: 200, redirectFinalUrl: at('end') },
    2: { redirectHops: 2, redirectFinalStatus: 200, redirectFinalUrl: at('end') },
    3: { redirectHops: 1, redirectFinalStatus: 200, redirectFinalUrl: at('end') },
    end: {},
    away: { redirectHops: 1, redirectFinalUrl: 'https://elsewhere.example/x' },
    dead: { redirectHops: 1, redirectFinalStatus: 404, redirectFinalUrl: at('gone') },
    gone: {},
  })
})

test('redirects in circles are called so, also for the page that leads into one', async () => {
  const rows = [redirect('self', at('self')), redirect('a', at('b')), redirect('b', at('c')), redirect('c', at('b'))]
  const facts = await found(rows)
  for (const path of ['self', 'a', 'b', 'c']) expect(facts[path]).toMatchObject({ redirectLoop: 1 })
})

test('a chain longer than the bound ends there', async () => {
  const long = Array.from({ length: maxChainHops + 5 }, (_, n) => redirect(`r${n}`, at(`r${n + 1}`)))
  const facts = await found(long)
  expect(facts.r0).toMatchObject({ redirectHops: maxChainHops, redirectFinalUrl: at(`r${maxChainHops}`) })
  expect(facts.r0?.redirectLoop).toBeUndefined()
})

test('canonicals and other references know their target', async () => {
  const rows = [
    page('a', { canonical: at('b') }),
    page('b', { canonical: at('c'), relNext: at('gone') }),
    page('c', { amphtml: at('gone'), mobileAlternate: at('moved') }),
    failed('gone', 410),
    redirect('moved', at('c')),
  ]
  const facts = await found(rows)
  expect(facts.a?.canonicalTarget).toBeGreaterThan(0)
  expect(facts.b).toMatchObject({ paginationBroken: 1 })
  expect(facts.c).toEqual({ ampBroken: 1, mobileBroken: 1 })
})

test('versions in other languages have to name each other, where the other one answers', async () => {
  const naming = (...paths: string[]) => ({ hreflang: paths.map((path) => ({ lang: 'de', url: at(path) })) })
  const rows = [
    page('en', naming('en', 'de', 'fr', 'it', 'noindex', 'elsewhere')),
    page('de', naming('en', 'fr')),
    page('fr', naming('de')),
    failed('it', 404),
    page('noindex', { ...naming('en'), metaRobots: 'noindex' }),
  ]
  expect(await found(rows)).toMatchObject({
    en: { hreflangWithoutReturn: 1, hreflangBroken: 1, hreflangNonIndexable: 1 },
    de: {},
    fr: {},
  })
  expect((await found(rows)).de).not.toHaveProperty('hreflangWithoutReturn')
})

test('texts that pages have alike are counted among those that can be indexed', async () => {
  const rows = [
    page('a', { title: ' One  title', h1: ['x'], description: 'x' }),
    page('b', { title: 'One title', h2: ['x'] }),
    page('c', { title: 'One title', metaRobots: 'noindex' }),
    page('d', { title: 'Another', textHash: 'AAAAAAAAAAA' }, { bodyHash: 'a'.repeat(64) }),
    page('e', { textHash: 'AAAAAAAAAAA' }, { bodyHash: 'a'.repeat(64) }),
  ]
  expect(await found(rows)).toEqual({
    a: { sameTitle: 1 },
    b: { sameTitle: 1 },
    c: {},
    d: { sameText: 1, sameBody: 1 },
    e: { sameText: 1, sameBody: 1 },
  })
})

/** A signature that shares all but so many slots with the one of its seed. */
function signature(seed: number, others = 0): string {
  let state = seed * 7_919 + 1
  const slots = Uint16Array.from({ length: minhashSlots }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b1
    return state >>> 16
  })
  for (let n = 0; n < others; n++) slots[(n * 11) % minhashSlots] = slots[(n * 11) % minhashSlots]! ^ 1
  return writeMinhash(slots)
}

test('near duplicates are those at the threshold, with the likeness of the closest', async () => {
  const rows = [
    page('a', { minhash: signature(1) }),
    page('b', { minhash: signature(1, 5) }),
    page('c', { minhash: signature(1, 12) }),
    page('d', { minhash: signature(1, 40) }),
    page('e', { minhash: signature(2) }),
    page('f', { minhash: signature(1), canonical: at('a') }),
  ]
  expect(await found(rows)).toMatchObject({
    a: { nearDuplicates: 2, closestLikeness: Math.round((1_000 * 123) / 128) },
    c: { nearDuplicates: 2, closestLikeness: Math.round((1_000 * 121) / 128) },
    d: {},
    e: {},
  })
})

test('in a crowd a page is compared with so many neighbours and no more', async () => {
  const crowd = Array.from({ length: 10 * maxNeighbours }, (_, n) => page(`p${n}`, { minhash: signature(3) }))
  for (const maxKeys of [undefined, 24]) {
    const { facts } = await factsOf(crowd, maxKeys)
    const counts = facts.map(({ nearDuplicates }) => nearDuplicates)
    expect(Math.max(...counts)).toBe(2 * maxNeighbours)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(maxNeighbours)
  }
})

/** A site in which everything points at something. */
function tangle(count: number): ReportRow[] {
  let state = 42
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
  return Array.from({ length: count }, (_, n) => {
    const to = () => `p${random(count * 1.1)}`
    if (n % 9 === 0) return redirect(`p${n}`, at(to()))
    if (n % 13 === 0) return failed(`p${n}`, [404, 500, 0][n % 3]!)
    return page(`p${n}`, {
      ...links(...Array.from({ length: 20 }, to)),
      hreflang: [
        { lang: 'de', url: at(`p${n ^ 1}`) },
        { lang: 'fr', url: at(to()) },
      ],
      canonical: n % 7 === 0 ? at(to()) : at(`p${n}`),
      title: `Title ${random(count / 2)}`,
      minhash: signature(random(count / 3), random(16)),
    })
  })
}

test('memory for a few keys gives what memory for all of them gives', async () => {
  const rows = tangle(2_000)
  const all = await factsOf(rows)
  const few = await factsOf(rows, 64)
  expect(few).toEqual(all)
  expect(all.site).toEqual({ pages: 2_000, htmlPages: expect.any(Number), knowsLinks: true, hasSitemap: false })
})

test('what no longer fits into buffers goes through files, which are gone afterwards', async () => {
  const rows = tangle(9_000)
  const work = join(dir, 'files')
  using cross = makeCrossPage({ dir: work })
  for (const row of rows) cross.add(row)
  expect((await readdir(work)).length).toBeGreaterThan(50)
  await cross.resolve(never)
  const facts = [...cross.facts()]
  // Every link to a page of the run, counted from the other side.
  const own = new Set(rows.map(({ ledger }) => ledger.url))
  const hashes = new Set([...own].map(hash64))
  const linked = rows.flatMap(({ record, ledger }) =>
    [...readLinks(record?.seo?.outlinks ?? '')].filter(({ hash }) => hashes.has(hash) && hash !== hash64(ledger.url)),
  )
  expect(facts.reduce((sum, { uniqueInlinks }) => sum + uniqueInlinks, 0)).toBe(linked.length)
})

test('stopping stops it', async () => {
  using cross = makeCrossPage({ dir: join(dir, 'stopped') })
  cross.add(page('a'))
  await expect(cross.resolve(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping')
})
