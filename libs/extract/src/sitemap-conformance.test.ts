import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { canonicalUrl } from '@seine/urls'
import { describe, expect, it } from 'vitest'
import type { SitemapEntry, SitemapSummary } from './sitemap.ts'
import { isWithinSitemapPath, parseSitemap } from './sitemap.ts'
import { isoDate } from './sitemap-date.ts'

const folder =
  process.env.SEINE_CONFORMANCE_DIR ?? fileURLToPath(new URL('../../../../shared/conformance', import.meta.url))

type Row = {
  loc: string
  lastmod?: string | null
  changefreq?: string
  priority?: string | number
  alternate?: string[]
}
type Expected = {
  error?: boolean
  type?: string
  count?: number
  urls?: Row[]
  sitemaps?: Row[] | string[]
  locs?: string[]
  contains?: string[]
  first?: { changefreq?: string }
  oneOf?: Expected[]
}
type Case = { id: string; url?: string; contentType?: string; text?: string; bodyBase64?: string; expect: Expected }
type Suite = {
  cases: Case[]
  dateCases?: { text: string | null; out: string | null }[]
  scopeCases?: { sitemap: string; url: string; valid: boolean }[]
}

async function read(row: Case): Promise<{ entries: SitemapEntry[]; summary: SitemapSummary }> {
  const body = row.bodyBase64 === undefined ? Buffer.from(row.text ?? '') : Buffer.from(row.bodyBase64, 'base64')
  const sitemap = parseSitemap([body], {
    url: row.url ?? 'http://www.example.com/sitemap.xml',
    contentType: row.contentType ?? null,
    maxUrls: 50_000,
    maxBytes: 52_428_800,
  })
  const entries = await Array.fromAsync(sitemap)
  return { entries, summary: sitemap.summary() }
}

function check({ entries, summary }: Awaited<ReturnType<typeof read>>, expected: Expected): void {
  if (expected.error) {
    expect(entries).toEqual([])
    expect(['unknown', 'html']).toContain(summary.kind)
    return
  }
  const [alternative] = (expected.oneOf ?? []).filter((other) => !other.error)
  if (alternative !== undefined) {
    check({ entries, summary }, alternative)
    return
  }

  if (expected.type !== undefined) expect(summary.kind).toBe(expected.type)
  if (expected.count !== undefined) expect(entries).toHaveLength(expected.count)
  const urls = entries.map((entry) => entry.url)
  if (expected.locs !== undefined) expect(urls).toEqual(expected.locs.map((loc) => canonicalUrl(loc)))
  for (const loc of expected.contains ?? []) expect(urls).toContain(canonicalUrl(loc))
  if (expected.first?.changefreq !== undefined) expect(entries[0]?.changefreq).toBe(expected.first.changefreq)

  const rows = (expected.urls ?? expected.sitemaps ?? []) as Row[]
  if (rows.length > 0) expect(urls).toEqual(rows.map((row) => canonicalUrl(row.loc)))
  rows.forEach((row, at) => {
    const entry = entries[at]
    if (row.lastmod !== undefined) expect(entry?.lastmod).toBe(row.lastmod === null ? null : isoDate(row.lastmod))
    if (row.changefreq !== undefined) expect(entry?.changefreq).toBe(row.changefreq)
    if (row.priority !== undefined) expect(entry?.priority).toBe(row.priority === null ? null : Number(row.priority))
    if (row.alternate !== undefined) expect(entry?.alternates.map((a) => a.url)).toEqual(row.alternate)
  })
}

function suiteOf(name: string): Suite | null {
  const file = `${folder}/${name}`
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Suite) : null
}

const suites = [suiteOf('sitemaps/crawler-commons.json'), suiteOf('sitemaps/scrapy.json')].flatMap((s) => s ?? [])
if (suites.length === 0) it.skip(`sitemap conformance: no cases in ${folder} (set SEINE_CONFORMANCE_DIR)`, () => {})

describe.each(suites)('sitemap conformance', ({ cases, dateCases, scopeCases }) => {
  // Rows without a document are about robots.txt: libs/politeness.
  const documents = cases.filter((row) => row.text !== undefined || row.bodyBase64 !== undefined)
  it.each(documents)('reads $id ($contentType)', async (row) => {
    check(await read(row), row.expect)
  })

  if (dateCases !== undefined) {
    it.each(dateCases)('writes the date $text as $out', ({ text, out }) => {
      expect(isoDate(text ?? '')).toBe(out)
    })
  }
  if (scopeCases !== undefined) {
    it.each(scopeCases)('lets $sitemap speak for $url: $valid', ({ sitemap, url, valid }) => {
      expect(isWithinSitemapPath(sitemap, url)).toBe(valid)
    })
  }
})

const attacks = `${folder}/security/xml-attacks.json`
if (existsSync(attacks)) {
  const { cases } = JSON.parse(readFileSync(attacks, 'utf8')) as { cases: { id: string; xml: string }[] }
  describe('XML attacks', () => {
    it.each(cases)('$id gives no entry, and nothing the document could not say itself', async ({ id, xml }) => {
      const startedMs = performance.now()
      const { entries } = await read({ id, text: xml, expect: {} })
      expect(entries).toEqual([])
      expect(performance.now() - startedMs).toBeLessThan(1_000)
    })
  })
}
