import { join } from 'node:path'
import { type DiffCounts, type DiffResult, type ExportDiff, runDiffPath, snapshotPath } from '@seine/contracts'
import {
  type AttemptRecord,
  type Change,
  cellsOf,
  changeKey,
  csvHeader,
  csvLine,
  csvStart,
  diffColumns,
  diffPage,
  joinLedger,
  type LedgerRow,
  makeExternalSort,
  noDiff,
  openTextFile,
  type SnapshotEntry,
} from '@seine/reports'
import { openSnapshot } from './earlier-runs.ts'
import type { ExportDeps } from './export-site.ts'
import { readLedger } from './read-ledger.ts'
import { readPlan } from './read-plan.ts'

export type DiffAnswer = Pick<DiffResult, 'status' | 'reason' | 'counts' | 'artifact'>

/**
 * Compares a site of two runs by their snapshots and the later one's ledger, page by page: `diff.csv` as an export writes it. Keeps
 * I6 and I7; the same runs give the same bytes.
 */
export function makeExportDiff(deps: ExportDeps) {
  const { bus, store, workDirs, sortMemoryBytes, log } = deps

  return async (work: ExportDiff, signal: AbortSignal): Promise<DiffAnswer> => {
    const { diffId, beforeRunId, afterRunId, site, allSourcesRead } = work
    const of = { runId: afterRunId, site }
    // Both looked for before one is opened: an opened one has to be read.
    for (const runId of [beforeRunId, afterRunId])
      if ((await store.stat(snapshotPath(runId, site))) === null) return gone(runId, site)
    await using dir = await workDirs.open()
    const snapshotOf = async (runId: string): Promise<AsyncIterable<SnapshotEntry>> => {
      const snapshot = await openSnapshot(store, { runId, site })
      if (snapshot === null) throw new Error(`the snapshot of run ${runId} has just gone`)
      return snapshot
    }
    const settings = (await readPlan({ bus, log }, of))?.site.diff
    const ledger = readLedger(bus, of, signal)
    const pages = joinLedger({
      runId: afterRunId,
      previousRunId: null,
      ledger: recordsTakenOver(ledger.rows),
      records: attemptsOf(await snapshotOf(afterRunId)),
      previous: await snapshotOf(beforeRunId),
      recordsOf: nothing,
    })

    const counts: Record<keyof DiffCounts, number> = { ...noDiff }
    await using changes = makeExternalSort({ dir: dir.path, maxBytes: sortMemoryBytes })
    for await (const page of pages) {
      signal.throwIfAborted()
      if (page.missing) throw new Error(`the snapshot of run ${afterRunId} has no record of ${page.url}`)
      const diff = diffPage(page, { allSourcesRead, settings })
      if (diff.counts !== null) counts[diff.counts]++
      for (const change of diff.changes) await changes.add(changeKey(change), Buffer.from(JSON.stringify(change)))
    }
    if (ledger.read !== ledger.total)
      throw new Error(`the ledger has ${ledger.total} pages, ${ledger.read} were read: is the run still kept?`)

    const file = join(dir.path, 'diff.csv')
    const out = openTextFile(file)
    try {
      await out.write(csvStart + csvHeader(diffColumns))
      for await (const { payload } of changes.sorted())
        await out.write(csvLine(diffColumns, cellsOf(diffColumns, JSON.parse(payload.toString('utf8')) as Change)))
      await out.end()
    } finally {
      await out.abort()
    }
    const artifact = await store.put(runDiffPath(afterRunId, diffId, site), { file })
    return { status: 'complete', reason: null, counts, artifact }
  }
}

const gone = (runId: string, site: string): DiffAnswer => ({
  status: 'failed',
  reason: `the results of '${site}' in run ${runId} are not kept any more`,
  counts: null,
  artifact: null,
})

/** A snapshot holds the record of every page that was read, an unchanged one's too: no other run need be opened. */
async function* recordsTakenOver(rows: AsyncIterable<LedgerRow>): AsyncGenerator<LedgerRow> {
  for await (const row of rows) yield { ...row, recordRunId: null }
}

async function* attemptsOf(entries: AsyncIterable<SnapshotEntry>): AsyncGenerator<AttemptRecord> {
  for await (const { runId, record } of entries) yield { attempt: 0, record, runId }
}

async function* nothing(): AsyncGenerator<never> {}
