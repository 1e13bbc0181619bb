import type { Bus } from '@seine/bus'
import { outcomeHeader, type PageResult } from '@seine/contracts'
import { type AttemptRecord, makeExternalSort, urlKey } from '@seine/reports'
import type { Logger } from '@seine/runtime'

export interface CollectedRecords extends AsyncDisposable {
  readonly count: number
  /** By URL bytes, then by attempt. Once. */
  sorted(): AsyncGenerator<AttemptRecord>
}

/**
 * Replays what the fetchers found of a site run, and sorts it by URL in bounded memory. Messages without a record are passed
 * over by their header. What can't be read is logged and left out: the ledger then shows it as missing.
 */
export async function collectRecords(
  { bus, log }: { bus: Pick<Bus, 'replay'>; log: Logger },
  of: { runId: string; site: string },
  { dir, sortMemoryBytes, signal }: { dir: string; sortMemoryBytes: number; signal: AbortSignal },
): Promise<CollectedRecords> {
  const sort = makeExternalSort({ dir, maxBytes: sortMemoryBytes })
  try {
    const subject = `result.page.${of.runId}.${of.site}`
    for await (const { headers, data, seq } of bus.replay(subject, { stream: 'RESULTS' })) {
      signal.throwIfAborted()
      if (!mayHoldRecord(headers(outcomeHeader))) continue
      const result = parse(data)
      if (result === null) log.warn('unreadable page result left out', { ...of, seq })
      else if (result.record) await sort.add(keyOf(result, seq), data)
    }
  } catch (error) {
    await sort[Symbol.asyncDispose]()
    throw error
  }
  return {
    count: sort.count,
    async *sorted() {
      for await (const { payload } of sort.sorted()) {
        const { outcome, record } = JSON.parse(payload.toString('utf8')) as PageResult
        if (record) yield { attempt: outcome.attempt, record }
      }
    },
    [Symbol.asyncDispose]: () => sort[Symbol.asyncDispose](),
  }
}

// URL, attempt, place in the stream: a line break sorts before every character of a URL.
function keyOf({ outcome, record }: PageResult, seq: number): string {
  const number = (value: number): string => String(value).padStart(16, '0')
  return `${urlKey(record?.url ?? '')}\n${number(outcome.attempt)}\n${number(seq)}`
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
