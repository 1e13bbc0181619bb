import type { Counts, SeineEvent } from '@seine/contracts'
import type { LedgerRow, RoundEvidence, Row } from '../round-evidence.ts'
import type { Reading } from '../world/served.ts'
import type { Visit } from '../world/visit.ts'

/** Evidence of a round in which all went well, for tests to spoil: a site of two pages, one of which is not there any more. */
export const origin = 'http://shop.chaos.test:8080'
export const host = 'shop.chaos.test:8080'

export const reading = (more: Partial<Reading> = {}): Reading => ({
  status: 200,
  sizeBytes: 10,
  hash: 'aa',
  title: 'Home',
  h1: 'Home',
  description: 'About',
  price: '',
  location: '',
  ...more,
})

export const visit = (seenMs: number, more: Partial<Visit> = {}): Visit => ({
  host,
  path: '/',
  seenMs,
  earliestMs: seenMs,
  endMs: seenMs + 10,
  status: 200,
  wallMs: 0,
  from: '10.214.1.6',
  generation: 2,
  ...more,
})

export const seoRow = (url: string, more: Row = {}): Row => ({
  Address: url,
  Outcome: 'ok',
  'Status Code': '200',
  Hash: 'aa',
  'Size (Bytes)': '10',
  'Title 1': 'Home',
  'H1-1': 'Home',
  'Meta Description 1': 'About',
  'Redirect URL': '',
  ...more,
})

export const ledgerRow = (url: string, more: Partial<LedgerRow> = {}): LedgerRow => ({
  site: 'shop',
  url,
  kind: 'page',
  state: 2,
  outcome: 'ok',
  reason: '',
  ...more,
})

export const counts: Counts = { discovered: 2, ok: 1, unchanged: 0, failed: 1, skipped: 0, pending: 0 }

const event = (seq: number, type: SeineEvent['type'], site?: string) => ({
  seq,
  event: { id: `event-${seq}`, type, ...(site === undefined ? {} : { site }) } as SeineEvent,
})

const home = `${origin}/`
const gone = `${origin}/gone`
const product = { price: '9.90', title: 'Home' }

const file = { name: 'seo.csv', saidSha256: 'aa', saidBytes: 10, sha256: 'aa', bytes: 10 }

export const goodRound: RoundEvidence = {
  run: {
    status: 'completed',
    reason: null,
    finishedAt: '2026-01-01T00:00:00.000Z',
    sites: [{ site: 'shop', status: 'completed', reason: null, counts }],
  } as unknown as RoundEvidence['run'],
  served: new Map([['shop', { pages: new Map([[home, reading(product)]]), forbidden: new Set(['http://no.test/']) }]]),
  servedBefore: new Map([
    ['shop', { pages: new Map([home, gone].map((url) => [url, reading()])), forbidden: new Set<string>() }],
  ]),
  paces: new Map([[host, { ratePerSecond: 10, burst: 2, concurrency: 2 }]]),
  visits: [visit(0, { path: '/robots.txt' }), visit(100), visit(300, { path: '/gone', status: 404 })],
  forbidden: [],
  ledger: [ledgerRow(home), ledgerRow(gone, { outcome: 'failed', reason: 'http-404' })],
  reports: new Map([
    [
      'shop',
      {
        seo: [seoRow(home), seoRow(gone, { Outcome: 'failed', 'Status Code': '404' })],
        full: [{ URL: home, Price: '9.9' }],
        diff: [{ URL: gone, Change: 'removed' }],
      },
    ],
  ]),
  files: [file],
  filesAgain: [file],
  exportedAgain: 2,
  events: [
    event(1, 'run.created'),
    event(2, 'run.started'),
    event(4, 'site.started', 'shop'),
    event(5, 'site.finished', 'shop'),
    event(9, 'run.finished'),
  ],
  followed: [{ by: 'a follower', seqs: [1, 2, 4, 5, 9] }],
  archivedEvents: [event(5, 'site.finished', 'shop').event],
  leftovers: { tasks: 0 },
  megabytes: { 'fetcher-1': 100 },
  badLines: [],
}
