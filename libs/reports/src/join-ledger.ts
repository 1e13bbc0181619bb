import type { PageRecord } from '@seine/contracts'
import { type DiffPage, wasNotChecked } from './diff.ts'
import type { LedgerRow } from './row.ts'
import type { SnapshotEntry } from './snapshot.ts'
import { urlKey } from './url-order.ts'

/** A record with the attempt that made it. */
export interface AttemptRecord {
  /** 0: of whichever attempt counted, for want of its own. */
  readonly attempt: number
  readonly record: PageRecord
  /** The run that fetched it. Absent: this one. */
  readonly runId?: string
}

export interface JoinSources {
  readonly runId: string
  /** The run that is compared with. Null: there is none. */
  readonly previousRunId: string | null
  /** Sorted by URL bytes, each URL once. */
  readonly ledger: AsyncIterable<LedgerRow>
  /** Of this run, sorted by URL bytes; several attempts of a URL next to each other. */
  readonly records: AsyncIterable<AttemptRecord>
  /** Snapshot of the run that is compared with, sorted by URL bytes. Empty: there is none. */
  readonly previous: AsyncIterable<SnapshotEntry>
  /** Entries of another run that an `unchanged` page points at, sorted; asked once a run, when the first page needs it. */
  recordsOf(runId: string): AsyncIterable<SnapshotEntry>
}

export interface JoinedPage extends DiffPage {
  /** The run that fetched `record`. */
  readonly recordRunId: string
  /** The run that fetched `previous`. */
  readonly previousRecordRunId: string
  /** The ledger says that the page was read, and no record was found: it has to be fetched again. */
  readonly missing: boolean
}

/**
 * Other runs read for `unchanged` pages at once; the pages of a further one are `missing`. There are some only after
 * cancelled runs: a complete run's snapshot carries what its own unchanged pages pointed at.
 */
export const maxOtherRuns = 8

/**
 * Puts together what is known of each page: all of the ledger's in its order, and in between those that only the run
 * before had (`ledger: null`). Records that the ledger does not count are left out. Holds one page of each source.
 */
export async function* joinLedger(sources: JoinSources): AsyncGenerator<JoinedPage> {
  const { runId, previousRunId } = sources
  const own = cursor(sources.records, ({ record }) => urlKey(record.url))
  const before = cursor(sources.previous, ({ record }) => urlKey(record.url))
  const others = new Map<string, Cursor<SnapshotEntry>>()

  async function inOtherRun(otherId: string, key: string): Promise<SnapshotEntry | null> {
    let entries = others.get(otherId)
    if (entries === undefined) {
      if (others.size === maxOtherRuns) return null
      entries = cursor(sources.recordsOf(otherId), ({ record }) => urlKey(record.url))
      others.set(otherId, entries)
    }
    return (await entries.at(key))[0] ?? null
  }

  async function entryOf(row: LedgerRow, key: string, known: SnapshotEntry | null): Promise<SnapshotEntry | null> {
    const attempts = await own.at(key)
    const counted = (found: AttemptRecord | undefined) =>
      found ? { runId: found.runId ?? runId, record: found.record } : null
    const made = (wanted: number) => counted(attempts.find(({ attempt }) => attempt === wanted))
    // What a snapshot keeps of a page that failed is an older one.
    if (row.outcome !== 'unchanged') return made(row.attempt) ?? (row.outcome === 'ok' ? made(0) : null)
    if (row.recordRunId === null || row.recordRunId === runId) return counted(attempts.at(-1)) ?? known
    // Made anew from what is stored of the page.
    const anew = made(row.attempt)
    if (anew !== null) return anew
    if (row.recordRunId === previousRunId || row.recordRunId === known?.runId) return known ?? made(0)
    return (await inOtherRun(row.recordRunId, key)) ?? made(0)
  }

  function page(
    url: string,
    ledger: LedgerRow | null,
    now: SnapshotEntry | null,
    known: SnapshotEntry | null,
  ): JoinedPage {
    return {
      url,
      ledger,
      record: now?.record ?? null,
      recordRunId: now?.runId ?? runId,
      previous: known?.record ?? null,
      previousRecordRunId: known?.runId ?? runId,
      missing: ledger !== null && now === null && needsRecord(ledger),
    }
  }

  try {
    for await (const row of sources.ledger) {
      const key = urlKey(row.url)
      for await (const entry of before.below(key)) yield page(entry.record.url, null, null, entry)
      const [known = null] = await before.at(key)
      yield page(row.url, row, await entryOf(row, key, known), known)
    }
    for await (const entry of before.rest()) yield page(entry.record.url, null, null, entry)
  } finally {
    for (const opened of [own, before, ...others.values()]) await opened.close()
  }
}

/**
 * A page that was read has a record: `ok` and `unchanged`. A `failed` one is reported by what the ledger knows where it has none,
 * because fetching it again gives no more. A `deferred` one has not ended.
 */
function needsRecord({ outcome }: LedgerRow): boolean {
  return outcome === 'ok' || outcome === 'unchanged' || outcome === 'deferred'
}

interface Cursor<T> {
  /** Everything before the key that was not taken yet. */
  below(key: string): AsyncIterable<T>
  /** Everything at the key; what lies before it is passed over. */
  at(key: string): Promise<T[]>
  rest(): AsyncIterable<T>
  close(): Promise<void>
}

function cursor<T>(source: AsyncIterable<T>, keyOf: (value: T) => string): Cursor<T> {
  const iterator = source[Symbol.asyncIterator]()
  let next: { value: T; key: string } | null | undefined
  let lastKey = ''
  const peek = async () => {
    if (next !== undefined) return next
    const result = await iterator.next()
    next = result.done === true ? null : { value: result.value, key: keyOf(result.value) }
    if (next !== null && next.key < lastKey) throw new Error(`not sorted by URL: '${next.key}' after '${lastKey}'`)
    lastKey = next?.key ?? lastKey
    return next
  }
  async function* take(wanted: (key: string) => boolean): AsyncGenerator<T> {
    for (let entry = await peek(); entry !== null && wanted(entry.key); entry = await peek()) {
      next = undefined
      yield entry.value
    }
  }
  return {
    below: (key) => take((k) => k < key),
    async at(key) {
      for await (const _ of take((k) => k < key));
      return Array.fromAsync(take((k) => k === key))
    },
    rest: () => take(() => true),
    close: async () => void (await iterator.return?.()),
  }
}

/**
 * What the next run is compared with: a page that was not checked keeps what was known of it, never an error page. Null:
 * nothing is known.
 */
export function entryToKeep(page: JoinedPage, options: { allSourcesRead: boolean }): SnapshotEntry | null {
  if (wasNotChecked(page, options)) return page.previous && { runId: page.previousRecordRunId, record: page.previous }
  return page.record && { runId: page.recordRunId, record: page.record }
}
