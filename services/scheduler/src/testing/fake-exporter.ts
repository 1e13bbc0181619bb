import { type Bus, done } from '@seine/bus'
import {
  archivePath,
  consumers,
  type ExportArchive,
  type ExportResult,
  type ExportSite,
  exportArchive,
  exportResult,
  exportSite,
  siteArtifacts,
} from '@seine/contracts'
import type { Part } from '@seine/runtime'

export interface FakeExporter extends Part {
  readonly sites: ExportSite[]
  readonly archives: ExportArchive[]
}

/** An exporter that writes nothing and says that all is well, or what `answer` says. Null: it never answers. */
export function makeFakeExporter(
  bus: Bus,
  answer: (
    work: ExportSite | ExportArchive,
  ) => Partial<ExportResult> | null | Promise<Partial<ExportResult> | null> = () => ({}),
): FakeExporter {
  const sites: ExportSite[] = []
  const archives: ExportArchive[] = []
  const settings = consumers.exporter

  async function publish(work: ExportSite | ExportArchive, site: string | null, path: string): Promise<void> {
    const more = await answer(work)
    if (more === null) return
    await bus.publish(exportResult, {
      runId: work.runId,
      site,
      attempt: work.attempt,
      status: 'complete',
      reason: null,
      rows: 1,
      missingUrlIds: [],
      artifacts: [{ path, sha256: '0'.repeat(64), sizeBytes: 1, wrote: true, reason: 'new' }],
      diff: site === null ? null : { added: 1, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 },
      durationMs: 1,
      ...more,
    })
  }

  const either = { ...exportSite, schema: exportSite.schema.or(exportArchive.schema) } as unknown as typeof exportSite
  return {
    sites,
    archives,
    ...bus.pull(
      settings,
      either,
      async (work: ExportSite | ExportArchive) => {
        if ('site' in work) {
          sites.push(work)
          await publish(work, work.site, `${siteArtifacts(work.runId, work.site)}/full.csv`)
        } else {
          archives.push(work)
          await publish(work, null, archivePath(work.runId))
        }
        return done()
      },
      { maxInFlight: 4 },
    ),
  }
}
