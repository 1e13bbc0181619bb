import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { reportPath, type SiteRun, schedulerRpc } from '@seine/contracts'
import type { RunSite } from '@seine/reports'
import { readReport } from './earlier-runs.ts'

const sitesPerPage = 200

/** The sites of a run by name, with what their reports say. */
export async function readPackedSites(
  { bus, store }: { bus: Pick<Bus, 'call'>; store: Pick<ArtifactStore, 'open'> },
  runId: string,
  signal: AbortSignal,
): Promise<RunSite[]> {
  return readReports(store, await readSites(bus, runId, signal), signal)
}

async function readSites(bus: Pick<Bus, 'call'>, runId: string, signal: AbortSignal): Promise<SiteRun[]> {
  const sites: SiteRun[] = []
  for (let page = 1; ; page++) {
    signal.throwIfAborted()
    const answer = await bus.call(schedulerRpc.listSiteRuns, { runId, page, perPage: sitesPerPage })
    sites.push(...answer.sites)
    if (answer.sites.length === 0 || sites.length >= answer.total) return sites
  }
}

async function readReports(
  store: Pick<ArtifactStore, 'open'>,
  runs: readonly SiteRun[],
  signal: AbortSignal,
): Promise<RunSite[]> {
  const sites: RunSite[] = []
  for (const run of [...runs].sort((a, b) => (a.site < b.site ? -1 : 1))) {
    signal.throwIfAborted()
    const path = reportPath(run.runId, run.site)
    const isExported = run.artifacts.some((artifact) => artifact.path === path)
    sites.push({ run, report: isExported ? await readReport(store, run) : null })
  }
  return sites
}
