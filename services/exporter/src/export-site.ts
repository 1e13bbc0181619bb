import { join } from 'node:path'
import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { type Artifact, type ExportResult, type ExportSite, siteArtifacts } from '@seine/contracts'
import { type JoinedPage, joinLedger } from '@seine/reports'
import { type Clock, type Logger, systemClock } from '@seine/runtime'
import { openChangeSpool } from './change-spool.ts'
import { entriesOfRun, openSnapshot, readReport } from './earlier-runs.ts'
import { gatherRecords } from './gather-records.ts'
import { openKnownSpool } from './known-spool.ts'
import { readLedger } from './read-ledger.ts'
import { readPlan } from './read-plan.ts'
import { writeSiteReports } from './site-reports.ts'
import type { WorkDirs } from './work-dirs.ts'

export interface ExportDeps {
  readonly bus: Pick<Bus, 'bucket' | 'call' | 'publish' | 'replay'>
  readonly store: ArtifactStore
  readonly workDirs: WorkDirs
  readonly sortMemoryBytes: number
  readonly log: Logger
  /** How long an export waits for files of stored pages that are on their way. Absent: a minute. */
  readonly maxFileWaitMs?: number
  readonly clock?: Clock
}

export type ExportAnswer = Pick<
  ExportResult,
  | 'status'
  | 'reason'
  | 'rows'
  | 'missingUrlIds'
  | 'artifacts'
  | 'archiveParts'
  | 'diff'
  | 'quality'
  | 'storedPages'
  | 'cacheUses'
>

/**
 * Writes the reports of a site run: its records sorted by URL, put together with the ledger and the snapshot of the run
 * before. Keeps I1 and I2: complete only when every page of the ledger has its place and its record.
 */
export function makeExportSite(deps: ExportDeps) {
  const { bus, store, workDirs, sortMemoryBytes, log, clock = systemClock, maxFileWaitMs = 60_000 } = deps

  return async (work: ExportSite, signal: AbortSignal): Promise<ExportAnswer> => {
    const { runId, site, allSourcesRead } = work
    const of = { runId, site }
    await using dir = await workDirs.open()
    const sorting = { dir: dir.path, sortMemoryBytes, signal }
    const plan = await readPlan({ bus, log }, of)
    const snapshot = work.previousRunId === null ? null : await openSnapshot(store, { runId: work.previousRunId, site })
    const previousRunId = snapshot === null ? null : work.previousRunId
    await using gathered = await gatherRecords({ bus, store, log, clock, maxFileWaitMs }, work, plan, sorting)
    const { records, pageCount } = gathered
    const ledger = readLedger(bus, of, signal)
    const joined = joinLedger({
      runId,
      previousRunId,
      ledger: ledger.rows,
      records: records.sorted(),
      previous: snapshot ?? nothing(),
      recordsOf: (otherId) => entriesOfRun({ bus, store, log }, { runId: otherId, site }, sorting),
    })
    await using changes = openChangeSpool(join(dir.path, 'changes.ndjson.zst'))
    await using known = openKnownSpool(join(dir.path, 'known.ndjson'))
    const isFromPages = ({ record }: JoinedPage) => record !== null && records.isFromPages(record)
    const pages = pageCount === null ? joined : pageCount.count(joined, work.reextract ? isFromPages : undefined)
    const written = await writeSiteReports(pages, {
      ...sorting,
      dir: dir.path,
      runId,
      site,
      previousRunId,
      previousReport: previousRunId === null ? null : await readReport(store, { runId: previousRunId, site }),
      allSourcesRead,
      settings: plan?.site ?? {},
      onChange: changes.add,
      onPage: known.add,
      onIssues: known.addIssues,
    })

    const incomplete = (reason: string): ExportAnswer => ({
      status: 'incomplete',
      reason,
      rows: ledger.read,
      missingUrlIds: [...written.missingUrlIds],
      artifacts: [],
      diff: null,
    })
    // Nothing is fetched again for a re-extraction: what has no record any more can't be had.
    if (written.missingUrlIds.length > 0 && work.reextract)
      throw new Error(`${written.missingUrlIds.length} pages have neither a stored page nor a record any more`)
    if (written.missingUrlIds.length > 0) return incomplete(`${written.missingUrlIds.length} pages have no record`)
    if (ledger.read !== ledger.total)
      return incomplete(`the ledger has ${ledger.total} pages, ${ledger.read} were read`)

    const artifacts: Artifact[] = []
    for (const { name, file } of written.files)
      artifacts.push(await store.put(`${siteArtifacts(runId, site)}/${name}`, { file }))
    const told: Pick<typeof bus, 'publish'> = {
      publish: (definition, message) => bus.publish(definition, message, { correlationId: work.correlationId }),
    }
    await changes.publish(told, { ...of, attempt: work.attempt }, signal)
    await known.publish(told, { ...of, attempt: work.attempt, isCompared: previousRunId !== null }, signal)
    const isGone = work.previousRunId !== null && previousRunId === null
    return {
      status: 'complete',
      reason: isGone ? `the snapshot of run ${work.previousRunId} is gone: compared with nothing` : null,
      rows: ledger.read,
      missingUrlIds: [],
      artifacts,
      diff: written.diff,
      ...(written.quality === null ? {} : { quality: written.quality }),
      ...(pageCount === null ? {} : { storedPages: pageCount.read() }),
      // A re-extraction fetched nothing.
      ...(work.reextract ? {} : { cacheUses: records.cacheUses }),
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}
