/**
 * What an export of one site costs: rows a second and peak memory, everything on, without broker and artifact store (results and
 * ledger come from a generator, files stay on disk).
 *
 *   node bench/export.ts [pages] [links a page]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  hash64,
  hashText,
  minhashSlots,
  outcomeHeader,
  type PageRecord,
  urlIdOf,
  writeLink,
  writeMinhash,
} from '@seine/contracts'
import { makeExportSite } from '../services/exporter/src/export-site.ts'
import { recordOf } from '../services/exporter/src/testing.ts'
import { makeWorkDirs } from '../services/exporter/src/work-dirs.ts'

const pages = Number(process.argv[2] ?? 200_000)
const linksPerPage = Number(process.argv[3] ?? 60)
const runId = '01890000-0000-7000-8000-000000000000'
const site = 'bench'
const digits = String(pages).length
const urlOf = (n: number): string =>
  `https://shop.example/category-${String(n % 97).padStart(2, '0')}/product-${String(n).padStart(digits, '0')}.html`
const sentence = 'A lamp of brass and glass that lights a room of twenty square metres without a shade. '

/** Deterministic noise. */
const noise = (n: number): number => Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0

/** Every tenth page says nearly the same as the one before it. */
function minhashOf(n: number): string {
  const like = n % 10 === 1 ? n - 1 : n
  const slots = Uint16Array.from({ length: minhashSlots }, (_, i) => noise(like * minhashSlots + i) & 0xffff)
  if (like !== n) slots[7] = 1
  return writeMinhash(slots)
}

function recordAt(n: number): PageRecord {
  const path = new URL(urlOf(n)).pathname
  const base = recordOf({
    path,
    product: {
      name: `Lamp ${n}`,
      price: 10 + (n % 900),
      availability: 'InStock',
      sku: `L-${n}`,
      brand: 'Lux',
      description: sentence.repeat(8),
    },
  })!
  const isRedirect = n % 50 === 3
  if (isRedirect)
    return {
      ...base,
      url: urlOf(n),
      status: 301,
      redirectUrl: urlOf(n - 1),
      seo: null,
      product: null,
      http: { security: [] },
    }
  let outlinks = ''
  for (let i = 0; i < linksPerPage; i++)
    outlinks += writeLink(urlOf(i < 20 ? i : noise(n * 64 + i) % pages), 1 + (i & 1), i === 21)
  return {
    ...base,
    url: urlOf(n),
    bodyHash: hashText(noise(n), n).repeat(6).slice(0, 64),
    http: {
      version: '1.1',
      security: ['hsts', 'nosniff'],
      cookies: { count: 2, notSecure: 1, names: ['session', 'basket'] },
    },
    seo: {
      ...base.seo!,
      title: `Lamp ${n % 1000} of brass and glass, for rooms | Lux`,
      description: sentence.repeat(2),
      descriptionCount: 1,
      h1: [`Lamp ${n}`],
      h2: ['Details', 'Reviews', 'Similar lamps'],
      canonical: urlOf(n),
      openGraph: { 'og:title': `Lamp ${n}`, 'og:type': 'product', 'og:image': 'https://shop.example/image.jpg' },
      jsonLdTypes: ['BreadcrumbList', 'Offer', 'Product'],
      hreflang: [
        { lang: 'en', url: urlOf(n) },
        { lang: 'de', url: urlOf(n + (n % 2 === 0 ? 1 : -1)) },
      ],
      counts: { canonicalElements: 1, canonicalTargets: 1, internalHyperlinks: linksPerPage, imagesWithoutSize: 3 },
      headings: [1, 3, 0, 0, 0, 0],
      sentenceCount: 12,
      wordsPerSentence: 14.2,
      readingEase: 62.1,
      titlePixels: 420,
      descriptionPixels: 900,
      imageCount: 6,
      imagesWithoutAlt: 1,
      schemaProblems: ['Product.review'],
      outlinks,
      textHash: hash64(`text ${n}`),
      minhash: minhashOf(n),
    },
  }
}

const isLost = (n: number): boolean => n % 200 === 7

async function* results() {
  for (let i = 0; i < pages; i++) {
    // Not in the order of URLs: every page once.
    const n = Number((BigInt(i) * 1_000_003n) % BigInt(pages))
    const record = recordAt(n)
    const outcome = {
      urlId: urlIdOf(runId, site, record.url),
      attempt: 1,
      kind: 'page',
      outcome: 'ok',
      reason: '',
      status: record.status,
      announcedBatches: 0,
      durationMs: 1,
      bytes: 1,
    }
    const data = Buffer.from(JSON.stringify({ runId, site, outcome, record }))
    bytes += data.length
    yield {
      subject: '',
      headers: (name: string) => (name === outcomeHeader ? JSON.stringify(outcome) : undefined),
      data,
      seq: i + 1,
      deliveries: 1,
      timestampMs: 0,
    }
  }
}

let bytes = 0
const order = Array.from({ length: pages }, (_, n) => n).sort((a, b) => (urlOf(a) < urlOf(b) ? -1 : 1))
let at = 0
function ledgerPage(limit: number) {
  const page = order.slice(at, at + limit)
  at += page.length
  return page.map((n) => ({
    urlId: urlIdOf(runId, site, urlOf(n)),
    url: urlOf(n),
    attempt: 1,
    outcome: isLost(n) ? 'failed' : 'ok',
    reason: isLost(n) ? 'http-404' : '',
    status: isLost(n) ? 404 : n % 50 === 3 ? 301 : 200,
    depth: n % 6,
    source: n % 3 === 0 ? 'sitemap' : 'link',
    lastmod: null,
    recordRunId: null,
  }))
}

const root = await mkdtemp(join(tmpdir(), 'seine-bench-export-'))
try {
  const sizes: Record<string, number> = {}
  const store = {
    open: async () => null,
    async put(path: string, { file }: { file: string }) {
      const { size } = await stat(file)
      sizes[path.split('/').at(-1)!] = size
      return { path, sha256: '0'.repeat(64), sizeBytes: size, wrote: true, reason: 'new' }
    },
  }
  const bus = {
    bucket: async () => ({ get: async () => null }),
    replay: results,
    call: async (_rpc: unknown, { limit }: { limit: number }) => ({ rows: ledgerPage(limit), total: pages }),
  }
  const log = { debug() {}, info() {}, warn() {}, error: console.error, child: () => log }
  const exportSite = makeExportSite({
    bus: bus as never,
    store: store as never,
    workDirs: await makeWorkDirs(root),
    sortMemoryBytes: 64 * 1024 ** 2,
    log: log as never,
  })
  const cpu = process.cpuUsage()
  const start = performance.now()
  const work = { runId, site, attempt: 1, previousRunId: null, allSourcesRead: true, correlationId: 'bench' }
  const answer = await exportSite(work, new AbortController().signal)
  const ms = performance.now() - start
  const used = process.cpuUsage(cpu)
  console.log(answer.status, answer.reason ?? '', `${(bytes / pages / 1024).toFixed(1)} KB a record`)
  console.log(sizes)
  console.log(
    `${pages} rows in ${(ms / 1_000).toFixed(1)} s: ${Math.round((pages / ms) * 1_000)} rows/s, ${((used.user + used.system) / pages).toFixed(0)} µs CPU a row, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  )
} finally {
  await rm(root, { recursive: true, force: true })
}
