import { expect, test } from 'vitest'
import { entryToKeep, type JoinedPage, type JoinSources, joinLedger, maxOtherRuns } from './join-ledger.ts'
import type { LedgerRow } from './row.ts'
import type { SnapshotEntry } from './snapshot.ts'
import { ledgerOf, recordOf } from './testing.ts'

const at = (path: string): string => `https://shop.example/${path}`
const row = (path: string, over: Partial<LedgerRow> = {}): LedgerRow => ledgerOf({ url: at(path), ...over })
const record = (path: string, attempt = 1, etag = `${attempt}`) => ({
  attempt,
  record: recordOf({ url: at(path), etag }),
})
const entry = (path: string, runId: string, etag = runId): SnapshotEntry => ({
  runId,
  record: recordOf({ url: at(path), etag }),
})

async function* from<T>(values: T[]): AsyncGenerator<T> {
  yield* values
}

function join(
  parts: { ledger?: LedgerRow[]; records?: ReturnType<typeof record>[]; previous?: SnapshotEntry[] },
  over: Partial<JoinSources> = {},
): Promise<JoinedPage[]> {
  const { ledger = [], records = [], previous = [] } = parts
  return Array.fromAsync(
    joinLedger({
      runId: 'now',
      previousRunId: 'before',
      ledger: from(ledger),
      records: from(records),
      previous: from(previous),
      recordsOf: () => from<SnapshotEntry>([]),
      ...over,
    }),
  )
}
const shown = (pages: JoinedPage[]) =>
  pages.map(({ url, ledger, record: now, previous, missing }) => [
    url.slice(at('').length),
    ledger !== null,
    now?.etag ?? null,
    previous?.etag ?? null,
    missing,
  ])

test('every page of the ledger and of the run before comes once, in order', async () => {
  const pages = await join({
    ledger: [row('b'), row('c'), row('e')],
    records: [record('b'), record('c'), record('e')],
    previous: [entry('a', 'before'), entry('c', 'before'), entry('d', 'before'), entry('f', 'before')],
  })
  expect(shown(pages)).toEqual([
    ['a', false, null, 'before', false],
    ['b', true, '1', null, false],
    ['c', true, '1', 'before', false],
    ['d', false, null, 'before', false],
    ['e', true, '1', null, false],
    ['f', false, null, 'before', false],
  ])
})

test('the record is that of the attempt that counts, and records the ledger does not know are left out', async () => {
  const pages = await join({
    ledger: [row('b', { attempt: 2 })],
    records: [record('a'), record('b', 1), record('b', 2), record('b', 3), record('c')],
  })
  expect(shown(pages)).toEqual([['b', true, '2', null, false]])
})

test('what was read and has no record is missing; what failed or was not asked for is not', async () => {
  const pages = await join({
    ledger: [
      row('a'),
      row('b', { outcome: 'failed', reason: 'http-404', status: 404 }),
      row('c', { outcome: 'failed', reason: 'dns-not-found', status: 0 }),
      row('d', { outcome: 'skipped', reason: 'robots', status: 0 }),
      row('e', { outcome: 'unchanged', reason: 'fresh', recordRunId: 'before' }),
      row('f', { attempt: 2 }),
      row('g', { outcome: 'deferred' }),
    ],
    records: [record('f', 1)],
  })
  expect(pages.filter((page) => page.missing).map((page) => page.url)).toEqual(['a', 'e', 'f', 'g'].map(at))
})

test('an unchanged page has the record of the run the ledger names', async () => {
  const asked: string[] = []
  const unchanged = (recordRunId: string | null) => ({ outcome: 'unchanged', status: 304, recordRunId }) as const
  const pages = await join(
    {
      ledger: [
        row('a', unchanged('before')),
        row('b', unchanged('long-ago')),
        row('c', unchanged('cancelled')),
        row('d', unchanged(null)),
        row('e', unchanged('cancelled')),
      ],
      records: [record('d', 1), record('d', 2)],
      previous: [entry('a', 'long-ago', 'a'), entry('b', 'long-ago', 'b'), entry('c', 'before', 'old')],
    },
    {
      recordsOf: (runId) => {
        asked.push(runId)
        return from([entry('c', runId, 'new'), entry('e', runId, 'e')])
      },
    },
  )
  expect(pages.map((page) => [page.record?.etag, page.recordRunId])).toEqual([
    ['a', 'long-ago'],
    ['b', 'long-ago'],
    ['new', 'cancelled'],
    ['2', 'now'],
    ['e', 'cancelled'],
  ])
  expect(asked).toEqual(['cancelled'])
})

test('a record made anew for an unchanged page goes before the one it took over', async () => {
  const pages = await join({
    ledger: [row('a', { outcome: 'unchanged', recordRunId: 'before', attempt: 2 })],
    records: [record('a', 2)],
    previous: [entry('a', 'before', 'old')],
  })
  expect(pages.map((page) => [page.record?.etag, page.recordRunId])).toEqual([['2', 'now']])
})

test('a record of no attempt stands in for the one that is gone, but never for a page that failed', async () => {
  const kept = (path: string) => ({ ...record(path, 0), runId: 'long-ago' })
  const pages = await join({
    ledger: [
      row('a'),
      row('b', { outcome: 'failed', status: 503 }),
      row('c', { outcome: 'unchanged', recordRunId: 'x' }),
    ],
    records: [kept('a'), kept('b'), kept('c')],
  })
  expect(pages.map((page) => [page.record?.etag, page.recordRunId])).toEqual([
    ['0', 'long-ago'],
    [undefined, 'now'],
    ['0', 'long-ago'],
  ])
})

test('beyond the bound of other runs their pages are missing', async () => {
  const paths = Array.from({ length: maxOtherRuns + 1 }, (_, n) => `p${n}`)
  const pages = await join(
    { ledger: paths.map((path) => row(path, { outcome: 'unchanged', recordRunId: `run-${path}` })) },
    { recordsOf: (runId) => from([entry(runId.slice(4), runId)]) },
  )
  expect(pages.filter((page) => page.missing).map((page) => page.url)).toEqual([at(`p${maxOtherRuns}`)])
})

test('sources that are out of order are refused', async () => {
  await expect(join({ ledger: [row('z')], previous: [entry('b', 'x'), entry('a', 'x')] })).rejects.toThrow(/not sorted/)
})

test('all sources are closed when reading stops early', async () => {
  let closed = 0
  async function* endless(): AsyncGenerator<SnapshotEntry> {
    try {
      for (let n = 0; ; n++) yield entry(`p${String(n).padStart(6, '0')}`, 'x')
    } finally {
      closed++
    }
  }
  const pages = joinLedger({
    runId: 'now',
    previousRunId: 'before',
    ledger: from([row('p000005')]),
    records: from([]),
    previous: endless(),
    recordsOf: endless,
  })
  for await (const _ of pages) break
  expect(closed).toBe(1)
})

test('a page that was not checked keeps what was known of it, and never an error page', async () => {
  const [failed, fresh, gone, blocked] = await join({
    ledger: [
      row('a', { outcome: 'failed', reason: 'http-503', status: 503 }),
      row('b'),
      row('c', { outcome: 'failed', reason: 'http-404', status: 404 }),
      row('d', { outcome: 'failed', reason: 'blocked-captcha', status: 200 }),
    ],
    records: [record('a'), record('b'), record('c'), record('d')],
    previous: [entry('a', 'old'), entry('b', 'old'), entry('c', 'old')],
  })
  const keep = (page: JoinedPage | undefined) => entryToKeep(page!, { allSourcesRead: true })?.runId ?? null
  expect([failed, fresh, gone, blocked].map(keep)).toEqual(['old', 'now', 'now', null])
})
