import type { Bus } from '@seine/bus'
import { type CacheUses, outcomeHeader, type PageRecord, type PageResult } from '@seine/contracts'
import { type AttemptRecord, makeExternalSort, urlKey } from '@seine/reports'
import type { Logger } from '@seine/runtime'
import { countCacheUse } from './count-cache-use.ts'

/** A record of a page, for sorting. */
export type NewRecord = AttemptRecord & {
  /** Made anew from the stored page: counts before what the fetcher found. */
  readonly isFromPages?: boolean
}

export interface CollectedRecords extends AsyncDisposable {
  readonly count: number
  /** Of the results that were replayed. */
  readonly cacheUses: CacheUses
  add(record: NewRecord): Promise<void>
  /** Those of every message of the site run. */
  replay(bus: Pick<Bus, 'replay'>, options: ReplayOptions): Promise<void>
  /** By URL bytes, then by attempt. Once, and nothing is added afterwards. */
  sorted(): AsyncGenerator<AttemptRecord>
  /** Whether a record that was given out was made anew from its stored page. */
  isFromPages(record: PageRecord): boolean
}

export interface ReplayOptions {
  readonly signal: AbortSignal
  /** Called with the header of every result, also of those without a record. */
  readonly onOutcome?: ((header: string) => void) | undefined
}

type SiteRunRef = { readonly runId: string; readonly site: string }

/** Sorts the records of a site run by URL in bounded memory. */
export function openRecords(
  log: Logger,
  of: SiteRunRef,
  { dir, sortMemoryBytes }: { dir: string; sortMemoryBytes: number },
): CollectedRecords {
  const sort = makeExternalSort({ dir, maxBytes: sortMemoryBytes })
  const fromPages = new WeakSet<PageRecord>()
  const cacheUses: CacheUses = { hit: 0, miss: 0 }
  return {
    cacheUses,
    get count() {
      return sort.count
    },
    async add({ attempt, record, runId, isFromPages = false }) {
      const payload = JSON.stringify({ outcome: { attempt }, record, sorted: { runId, isFromPages } } satisfies Sorted)
      await sort.add(keyOf(record.url, attempt, 0), Buffer.from(payload, 'utf8'))
    },
    // Messages without a record are passed over by their header. What can't be read is logged and left out: the ledger then shows it
    // as missing.
    async replay(bus, { signal, onOutcome }) {
      const subject = `result.page.${of.runId}.${of.site}`
      for await (const { headers, data, seq } of bus.replay(subject, { stream: 'RESULTS' })) {
        signal.throwIfAborted()
        const header = headers(outcomeHeader)
        if (header !== undefined) {
          countCacheUse(cacheUses, header)
          onOutcome?.(header)
        }
        if (!mayHoldRecord(header)) continue
        const result = parse(data)
        if (result === null) log.warn('unreadable page result left out', { ...of, seq })
        else if (result.record) await sort.add(keyOf(result.record.url, result.outcome.attempt, seq), data)
      }
    },
    async *sorted() {
      for await (const { payload } of sort.sorted()) {
        const { outcome, record, sorted } = JSON.parse(payload.toString('utf8')) as Sorted
        if (!record) continue
        if (sorted?.isFromPages === true) fromPages.add(record)
        yield { attempt: outcome.attempt, record, ...(sorted?.runId === undefined ? {} : { runId: sorted.runId }) }
      }
    },
    isFromPages: (record) => fromPages.has(record),
    [Symbol.asyncDispose]: () => sort[Symbol.asyncDispose](),
  }
}

/** Replays what the fetchers found of a site run, and sorts it by URL. */
export async function collectRecords(
  { bus, log }: { bus: Pick<Bus, 'replay'>; log: Logger },
  of: SiteRunRef,
  options: { dir: string; sortMemoryBytes: number; signal: AbortSignal },
): Promise<CollectedRecords> {
  const records = openRecords(log, of, options)
  try {
    await records.replay(bus, options)
    return records
  } catch (error) {
    await records[Symbol.asyncDispose]()
    throw error
  }
}

/** A message as it came, or what was added of it. */
type Sorted = Pick<PageResult, 'record'> & {
  readonly outcome: { readonly attempt: number }
  readonly sorted?: { readonly runId: string | undefined; readonly isFromPages: boolean }
}

// URL, attempt, place in the stream (what was added comes first): a line break sorts before every character of a URL.
function keyOf(url: string, attempt: number, seq: number): string {
  const number = (value: number): string => String(value).padStart(16, '0')
  return `${urlKey(url)}\n${number(attempt)}\n${number(seq)}`
}

function mayHoldRecord(header: string | undefined): boolean {
  if (header === undefined) return true
  return /"kind":"page"/.test(header) && /"outcome":"(ok|failed)"/.test(header)
}

function parse(data: Uint8Array): PageResult | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'))
    const { outcome, record } = json as PageResult
    const isReadable = Number.isInteger(outcome.attempt) && (record === null || typeof record.url === 'string')
    return isReadable ? (json as PageResult) : null
  } catch {
    return null
  }
}
