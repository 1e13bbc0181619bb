import type { ArtifactStore } from '@seine/artifacts'
import { pagesFolder, readOutcome, type StoredPages } from '@seine/contracts'
import type { JoinedPage, LedgerRow } from '@seine/reports'
import type { Clock } from '@seine/runtime'

const lookEveryMs = 500
export interface PageCount {
  /** Takes note of a result, by its header. */
  note(header: string): void
  /**
   * Waits until the files that results name are in the store, at most `maxFileWaitMs`; where some did not come, `again` calls
   * back with every result once more. Gives those that did not come.
   */
  settle(again: (onOutcome: (header: string) => void) => Promise<void>, signal: AbortSignal): Promise<string[]>
  /** Counts the pages that pass: by what results and files said or, if given, by `isStored`. */
  count(pages: AsyncIterable<JoinedPage>, isStored?: (page: JoinedPage) => boolean): AsyncGenerator<JoinedPage>
  read(): StoredPages
}

/**
 * Finds the answered pages of a site run that are not stored: those whose result names no file, or one that never came to the store.
 * Keeps I2: their record is there, and that what it was made of is not can be seen.
 */
export function makePageCount(deps: {
  store: Pick<ArtifactStore, 'stat'>
  of: { runId: string; site: string }
  clock: Clock
  /** How long a file may be on its way once its fetcher was told to send it; one that has not come then was lost with its fetcher. */
  maxFileWaitMs: number
  /** Pages remembered one by one as not stored; more are only counted, attempts that did not count among them. */
  maxUnstored?: number
}): PageCount {
  const { store, of, clock, maxFileWaitMs, maxUnstored = 100_000 } = deps
  const awaited = new Set<string>()
  const unstored = new Map<string, number>()
  let uncounted = 0
  let stored = 0
  let notStored = 0

  function noteUnstored(header: string, isLost: (file: string | undefined) => boolean): string | undefined {
    const { kind, urlId, attempt, status, outcome, stored: file } = readOutcome(header)
    if (kind !== 'page' || !isAnswered({ outcome, status })) return undefined
    if (!isLost(file)) return file
    if (unstored.size < maxUnstored) unstored.set(urlId, attempt)
    else uncounted++
    return undefined
  }

  return {
    note(header) {
      const file = noteUnstored(header, (name) => name === undefined)
      if (file !== undefined) awaited.add(file)
    },
    async settle(again, signal) {
      const untilMs = clock.nowMs() + maxFileWaitMs
      for (;;) {
        for (const file of awaited) {
          signal.throwIfAborted()
          if ((await store.stat(`${pagesFolder(of.runId, of.site)}/${file}`)) !== null) awaited.delete(file)
        }
        if (awaited.size === 0 || clock.nowMs() >= untilMs) break
        await clock.sleep(lookEveryMs, signal)
      }
      if (awaited.size > 0)
        await again((header) => noteUnstored(header, (name) => name !== undefined && awaited.has(name)))
      return [...awaited]
    },
    async *count(pages, isStored = ({ ledger }) => ledger !== null && unstored.get(ledger.urlId) !== ledger.attempt) {
      for await (const page of pages) {
        if (page.ledger !== null && page.ledger.attempt > 0 && isAnswered(page.ledger)) {
          if (isStored(page)) stored++
          else notStored++
        }
        yield page
      }
    },
    read() {
      const more = Math.min(uncounted, stored)
      return { stored: stored - more, notStored: notStored + more }
    },
  }
}

/** Whether the host sent anything that could be stored. */
function isAnswered({ outcome, status }: Pick<LedgerRow, 'outcome' | 'status'>): boolean {
  return status > 0 && (outcome === 'ok' || outcome === 'unchanged' || outcome === 'failed')
}
