import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import type { LedgerRow } from '@seine/reports'

const pageRows = 1_000
const timeoutMs = 30_000

export interface LedgerReading {
  readonly rows: AsyncIterable<LedgerRow>
  /** Rows read so far. */
  readonly read: number
  /** Pages the ledger has, as its last answer said. */
  readonly total: number
}

/** Reads the ledger of a site run page by page, by URL bytes. Rejects with RpcError, or when `signal` is aborted. */
export function readLedger(
  bus: Pick<Bus, 'call'>,
  of: { runId: string; site: string },
  signal: AbortSignal,
): LedgerReading {
  let read = 0
  let total = 0
  async function* rows(): AsyncGenerator<LedgerRow> {
    let afterUrl: string | undefined
    for (;;) {
      signal.throwIfAborted()
      const request = { ...of, limit: pageRows, ...(afterUrl === undefined ? {} : { afterUrl }) }
      const page = await bus.call(schedulerRpc.readLedger, request, { timeoutMs })
      total = page.total
      read += page.rows.length
      yield* page.rows
      const last = page.rows.at(-1)
      // A page may be short where its rows are long; only an empty one is the end.
      if (last === undefined) return
      afterUrl = last.url
    }
  }
  return {
    rows: rows(),
    get read() {
      return read
    },
    get total() {
      return total
    },
  }
}
