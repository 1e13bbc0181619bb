import { inflateRawSync } from 'node:zlib'
import type { PageRecord, Product, Seo } from '@seine/contracts'
import { noFacts, type PageFacts } from './cross-page/page-facts.ts'
import type { SiteFacts } from './cross-page/site-facts.ts'
import type { SiteReport } from './quality/site-report.ts'
import type { LedgerRow } from './row.ts'
import { type SeoRow, seoRowOf } from './seo-row.ts'

const url = 'https://shop.example/lamp'

export function seoOf(over: Partial<Seo> = {}): Seo {
  return {
    title: 'A lamp',
    titleCount: 1,
    description: null,
    descriptionCount: 0,
    keywords: null,
    h1: [],
    h2: [],
    canonical: null,
    metaRobots: null,
    xRobotsTag: null,
    metaRefresh: null,
    relNext: null,
    relPrev: null,
    amphtml: null,
    language: null,
    hreflang: [],
    openGraph: {},
    twitter: {},
    jsonLdTypes: [],
    wordCount: 10,
    textChars: 60,
    internalLinks: 1,
    externalLinks: 0,
    imageCount: 0,
    imagesWithoutAlt: 0,
    ...over,
  }
}

export function productOf(over: Partial<Product> = {}): Product {
  const none = {
    brand: null,
    sku: null,
    mpn: null,
    gtin: null,
    productId: null,
    regularPrice: null,
    lowPrice: null,
    highPrice: null,
    offerCount: null,
    priceText: null,
    priceValidUntil: null,
    itemCondition: null,
    seller: null,
    ratingValue: null,
    ratingBest: null,
    ratingCount: null,
    category: null,
    description: null,
    colour: null,
    size: null,
  }
  return {
    ...none,
    name: 'Lamp',
    price: 10,
    currency: 'EUR',
    availability: 'InStock',
    images: [],
    sources: {},
    ...over,
  }
}

export function recordOf(over: Partial<PageRecord> = {}): PageRecord {
  return {
    url,
    status: 200,
    contentType: 'text/html',
    redirectUrl: null,
    fetchedAt: '2026-11-20T10:00:00.000Z',
    responseTimeMs: 120,
    ttfbMs: 40,
    sizeBytes: 600,
    transferredBytes: 300,
    lastModified: null,
    etag: null,
    charset: 'utf-8',
    depth: 1,
    bodyHash: null,
    truncated: false,
    cut: [],
    seo: seoOf(),
    product: null,
    ...over,
  }
}

export function ledgerOf(over: Partial<LedgerRow> = {}): LedgerRow {
  return {
    urlId: '00000000-0000-8000-8000-000000000000',
    url,
    attempt: 1,
    outcome: 'ok',
    reason: '',
    status: 200,
    depth: 1,
    source: 'link',
    lastmod: null,
    recordRunId: null,
    ...over,
  }
}

export const siteOf = (over: Partial<SiteFacts> = {}): SiteFacts => ({
  pages: 1,
  htmlPages: 1,
  knowsLinks: false,
  hasSitemap: false,
  ...over,
})

export const factsOf = (over: Partial<PageFacts> = {}): PageFacts => ({ ...noFacts, ...over })

/** A fetched page. */
export function rowOf(
  record: PageRecord | null,
  ledger: Partial<LedgerRow> = {},
  facts: Partial<PageFacts> = {},
  site: Partial<SiteFacts> = {},
): SeoRow {
  const row = {
    ledger: ledgerOf({ ...(record && { url: record.url, status: record.status }), ...ledger }),
    record,
    previous: null,
  }
  return seoRowOf(row, factsOf(facts), siteOf(site))
}

export function reportOf(over: Partial<SiteReport> = {}): SiteReport {
  const stats = { pages: 0, tried: 0, errors: 0, blockPages: 0, products: 0, emptyPrices: 0 }
  return {
    site: 'shop',
    runId: 'r',
    previousRunId: null,
    rows: { full: 0, seo: 0, issues: 0 },
    outcomes: {},
    reasons: {},
    diff: { added: 0, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 },
    issues: {},
    stats: { ...stats, fields: {}, missingRequired: {} },
    quality: { status: 'passed', reasons: [] },
    ...over,
  }
}

/** The parts of a zip by name, read from its directory. */
export function unzip(zip: Buffer): Map<string, string> {
  const parts = new Map<string, string>()
  const end = zip.lastIndexOf('PK\x05\x06')
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [packed, nameLength, local] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt32LE(at + 42),
    ]
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = inflateRawSync(zip.subarray(start, start + packed))
    parts.set(zip.toString('utf8', at + 46, at + 46 + nameLength), bytes.toString('utf8'))
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return parts
}

/** Cells of a CSV, read by the letter of RFC 4180; throws where it is none. */
export function parseCsv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const rows: string[][] = [[]]
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    if (match === null) throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`)
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') rows.push([])
  }
  rows.pop()
  return rows
}
