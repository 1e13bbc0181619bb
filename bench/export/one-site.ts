/**
 * A whole export of one site as an exporter does it, everything on, without broker and artifact store: results and ledger come from a
 * generator, files stay on disk. Run by `export.ts`; prints what it took as JSON.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outcomeHeader, urlIdOf } from '@seine/contracts'
import { makeExportSite } from '../../services/exporter/src/export-site.ts'
import { makeWorkDirs } from '../../services/exporter/src/work-dirs.ts'
import { measured } from './measured.ts'
import { categories, samplePages } from './sample-pages.ts'

const pages = Number(process.argv[2])
const linksPerPage = Number(process.argv[3])
const runId = '01890000-0000-7000-8000-000000000000'
const site = 'bench'
const { urlOf, recordAt, isLost } = samplePages({ pages, linksPerPage })

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

const order = byUrl()
/** In the order of URLs: category by category. */
function* byUrl() {
  for (let category = 0; category < categories; category++) for (let n = category; n < pages; n += categories) yield n
}
function ledgerPage(limit: number) {
  const page: number[] = []
  for (let next = order.next(); !next.done; next = order.next()) {
    page.push(next.value)
    if (page.length === limit) break
  }
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
    publish: async () => {},
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
  const work = { runId, site, attempt: 1, previousRunId: null, allSourcesRead: true, correlationId: 'bench' }
  await measured(pages, async () => {
    const { status, reason } = await exportSite(work, new AbortController().signal)
    if (status !== 'complete') throw new Error(`${status}: ${reason}`)
    return Object.values(sizes).reduce((sum, size) => sum + size, 0)
  })
} finally {
  await rm(root, { recursive: true, force: true })
}
