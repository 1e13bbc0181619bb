import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import {
  type Artifact,
  buckets,
  type ExportResult,
  type ExportSite,
  planKey,
  type Site,
  siteArtifacts,
  sitePlanSchema,
} from '@seine/contracts'
import { joinLedger } from '@seine/reports'
import type { Logger } from '@seine/runtime'
import { collectRecords } from './collect-records.ts'
import { entriesOfRun, openSnapshot, readReport } from './earlier-runs.ts'
import { readLedger } from './read-ledger.ts'
import { writeSiteReports } from './site-reports.ts'
import type { WorkDirs } from './work-dirs.ts'

export interface ExportDeps {
  readonly bus: Pick<Bus, 'bucket' | 'call' | 'replay'>
  readonly store: ArtifactStore
  readonly workDirs: WorkDirs
  readonly sortMemoryBytes: number
  readonly log: Logger
}

export type ExportAnswer = Pick<
  ExportResult,
  'status' | 'reason' | 'rows' | 'missingUrlIds' | 'artifacts' | 'diff' | 'quality'
>

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
      previousReport: previousRunId === null ? null : await readReport(store, { runId: previousRunId, site }),
      allSourcesRead,
      settings: (await readSite({ bus, log }, { runId, site })) ?? {},
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
      ...(written.quality === null ? {} : { quality: written.quality }),
    }
  }
}

/** The site as it was when its run started. Null: its plan is gone or can't be read, and defaults have to do. */
async function readSite(
  { bus, log }: Pick<ExportDeps, 'bus' | 'log'>,
  of: { runId: string; site: string },
): Promise<Site | null> {
  const plans = await bus.bucket<unknown>(buckets.plans)
  const plan = sitePlanSchema.safeParse((await plans.get(planKey(of.runId, of.site)))?.value)
  if (plan.success) return plan.data.site
  log.warn('the plan of the site run is not known: exported with default settings', of)
  return null
}

async function* nothing(): AsyncGenerator<never> {}
