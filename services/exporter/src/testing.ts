import { type Bus, connectBus, provision, RpcError } from '@seine/bus'
import {
  type Artifact,
  newId,
  type PageRecord,
  type Product,
  pageResult,
  type SiteRun,
  schedulerRpc,
  urlIdOf,
} from '@seine/contracts'
import type { LedgerRow } from '@seine/reports'
import { silentLogger } from '@seine/runtime'
import { startNats } from '@seine/testkit'

/** A page of a made-up shop: what its fetch gave, and what the ledger says of it. */
export interface SamplePage {
  readonly path: string
  readonly ledger?: Partial<LedgerRow>
  /** Null: the page gave no answer. */
  readonly record?: Partial<PageRecord> | null
  readonly product?: Partial<Product> | null
  readonly title?: string
  /** True: its record never reached the stream. */
  readonly lost?: boolean
  /** File of stored pages that its result names. */
  readonly stored?: string
  readonly cache?: 'hit' | 'miss'
}

export const site = 'shop'
export const origin = 'https://shop.example'

export function recordOf({ path, record, product, title }: SamplePage): PageRecord | null {
  if (record === null) return null
  return {
    url: origin + path,
    status: 200,
    contentType: 'text/html; charset=utf-8',
    redirectUrl: null,
    fetchedAt: '2026-11-20T10:00:00.000Z',
    responseTimeMs: 120.4,
    ttfbMs: 40.2,
    sizeBytes: 2_000,
    transferredBytes: 900,
    lastModified: null,
    etag: null,
    charset: 'utf-8',
    depth: 1,
    bodyHash: 'ab'.repeat(32),
    truncated: false,
    cut: [],
    seo: {
      ...emptySeo,
      title: title ?? `Title of ${path}`,
    },
    product: product ? { ...emptyProduct, ...product } : null,
    ...record,
  }
}

export function ledgerRowOf(runId: string, page: SamplePage): LedgerRow {
  const url = origin + page.path
  return {
    urlId: urlIdOf(runId, site, url),
    url,
    attempt: 1,
    outcome: 'ok',
    reason: '',
    status: recordOf(page)?.status ?? 0,
    depth: 1,
    source: 'sitemap',
    lastmod: null,
    recordRunId: null,
    ...page.ledger,
  }
}

/** A broker with the mesh's streams, and a scheduler that answers from memory. */
export async function startExporterBench() {
  const nats = await startNats()
  const bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const ledgers = new Map<string, LedgerRow[]>()
  const siteRuns = new Map<string, SiteRun[]>()
  const claimed = new Map<string, number>()
  const parts = [
    bus.serve(schedulerRpc.readLedger, async ({ runId, afterUrl = '', limit }) => {
      const rows = ledgers.get(runId)
      if (rows === undefined) throw new RpcError('not-found', `no run ${runId}`)
      // Small pages: that they are put together again is part of what is tested.
      const page = rows.filter((row) => row.url > afterUrl).slice(0, Math.min(limit, 7))
      return { rows: page, total: claimed.get(runId) ?? rows.length }
    }),
    bus.serve(schedulerRpc.listSiteRuns, async ({ runId, page, perPage }) => {
      const all = siteRuns.get(runId) ?? []
      return { sites: all.slice((page - 1) * perPage, page * perPage), total: all.length }
    }),
  ]
  for (const part of parts) await part.start(() => {})

  return {
    nats,
    bus,
    /** Makes the scheduler claim another number of pages than it shows. */
    claim: (runId: string, total: number) => claimed.set(runId, total),
    /** A run whose fetches are over: its results are in the stream and its ledger is settled. */
    async run(pages: readonly SamplePage[], runId = newId()): Promise<string> {
      const rows = pages.map((page) => ledgerRowOf(runId, page))
      ledgers.set(
        runId,
        rows.sort((a, b) => (a.url < b.url ? -1 : 1)),
      )
      await publishResults(bus, runId, pages)
      return runId
    },
    sites: (runId: string, runs: SiteRun[]) => siteRuns.set(runId, runs),
    async stop(): Promise<void> {
      for (const part of parts) await part.stop()
      await bus[Symbol.asyncDispose]()
      await nats.stop()
    },
  }
}

export type ExporterBench = Awaited<ReturnType<typeof startExporterBench>>

export async function publishResults(bus: Bus, runId: string, pages: readonly SamplePage[]): Promise<void> {
  await Promise.all(
    pages
      .filter((page) => !page.lost)
      .map((page) => {
        const { urlId, attempt, outcome, reason, status } = ledgerRowOf(runId, page)
        const isAsked = outcome === 'ok' || outcome === 'failed'
        return bus.publish(pageResult, {
          runId,
          site,
          outcome: {
            urlId,
            attempt,
            kind: 'page',
            outcome,
            reason,
            status,
            announcedBatches: 0,
            durationMs: 1,
            bytes: 1,
            ...(page.stored === undefined ? {} : { stored: page.stored }),
            ...(page.cache === undefined ? {} : { cache: page.cache }),
          },
          record: isAsked ? recordOf(page) : null,
        })
      }),
  )
}

export function siteRunOf(runId: string, name: string, artifacts: Artifact[]): SiteRun {
  return {
    runId,
    site: name,
    status: 'completed',
    step: null,
    reason: null,
    counts: { discovered: 0, ok: 0, unchanged: 0, failed: 0, skipped: 0, pending: 0 },
    reasons: {},
    bytes: 0,
    pagesPerSecond: 0,
    eta: { state: 'done' },
    steps: [],
    diff: null,
    artifacts,
    startedAt: null,
    finishedAt: null,
  }
}

const emptySeo = {
  title: null,
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
  language: 'en',
  hreflang: [],
  openGraph: {},
  twitter: {},
  jsonLdTypes: [],
  wordCount: 100,
  textChars: 600,
  internalLinks: 5,
  externalLinks: 1,
  imageCount: 0,
  imagesWithoutAlt: 0,
}

const emptyProduct: Product = {
  name: null,
  brand: null,
  sku: null,
  mpn: null,
  gtin: null,
  productId: null,
  price: null,
  regularPrice: null,
  lowPrice: null,
  highPrice: null,
  offerCount: null,
  currency: 'EUR',
  priceText: null,
  priceValidUntil: null,
  availability: null,
  itemCondition: null,
  seller: null,
  ratingValue: null,
  ratingBest: null,
  ratingCount: null,
  category: null,
  description: null,
  images: [],
  colour: null,
  size: null,
  sources: {},
}
