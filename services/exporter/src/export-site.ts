import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { type Artifact, type ExportResult, type ExportSite, siteArtifacts } from '@seine/contracts'
import { joinLedger } from '@seine/reports'
import type { Logger } from '@seine/runtime'
import { collectRecords } from './collect-records.ts'
import { entriesOfRun, openSnapshot } from './earlier-runs.ts'
import { readLedger } from './read-ledger.ts'
import { writeSiteReports } from './site-reports.ts'
import type { WorkDirs } from './work-dirs.ts'

export interface ExportDeps {
  readonly bus: Pick<Bus, 'call' | 'replay'>
  readonly store: ArtifactStore
  readonly workDirs: WorkDirs
  readonly sortMemoryBytes: number
  readonly log: Logger
}

export type ExportAnswer = Pick<ExportResult, 'status' | 'reason' | 'rows' | 'missingUrlIds' | 'artifacts' | 'diff'>

/**
 * Writes the reports of a site run: its records sorted by URL, put together with the ledger and the snapshot of the run
 * before. Keeps I1 and I2: complete only when every page of the ledger has its place and its record.
 */
export function makeExportSite({ bus, store, workDirs, sortMemoryBytes, log }: ExportDeps) {
  return async (work: ExportSite, signal: AbortSignal): Promise<ExportAnswer> => {
    const { runId, site, allSourcesRead } = work
    await using dir = await workDirs.open()
    const sorting = { dir: dir.path, sortMemoryBytes, signal }
    const snapshot = work.previousRunId === null ? null : await openSnapshot(store, { runId: work.previousRunId, site })
    const previousRunId = snapshot === null ? null : work.previousRunId
    await using records = await collectRecords({ bus, log }, { runId, site }, sorting)
    const ledger = readLedger(bus, { runId, site }, signal)
    const pages = joinLedger({
      runId,
      previousRunId,
      ledger: ledger.rows,
      records: records.sorted(),
      previous: snapshot ?? nothing(),
      recordsOf: (otherId) => entriesOfRun({ bus, store, log }, { runId: otherId, site }, sorting),
    })
    const written = await writeSiteReports(pages, {
      ...sorting,
      dir: dir.path,
      runId,
      site,
      previousRunId,
      allSourcesRead,
    })

    const incomplete = (reason: string): ExportAnswer => ({
      status: 'incomplete',
      reason,
      rows: ledger.read,
      missingUrlIds: [...written.missingUrlIds],
      artifacts: [],
      diff: null,
    })
    if (written.missingUrlIds.length > 0) return incomplete(`${written.missingUrlIds.length} pages have no record`)
    if (ledger.read !== ledger.total)
      return incomplete(`the ledger has ${ledger.total} pages, ${ledger.read} were read`)

    const artifacts: Artifact[] = []
    for (const { name, file } of written.files)
      artifacts.push(await store.put(`${siteArtifacts(runId, site)}/${name}`, { file }))
    const isGone = work.previousRunId !== null && previousRunId === null
    return {
      status: 'complete',
      reason: isGone ? `the snapshot of run ${work.previousRunId} is gone: compared with nothing` : null,
      rows: ledger.read,
      missingUrlIds: [],
      artifacts,
      diff: written.diff,
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}
