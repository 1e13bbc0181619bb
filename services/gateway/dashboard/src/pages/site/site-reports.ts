import { ApiFailure } from '@seine/client'
import type { DiffCounts, Quality, Run } from '@seine/contracts'
import { request } from '../../api.ts'

/** What a site run's `report.json` says, as far as it is shown. */
interface ReportFile {
  readonly rows: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly diff: DiffCounts | null
  readonly stats: { readonly pages: number; readonly products: number; readonly medianPrice?: number | null }
  readonly quality?: Quality
}

export interface SiteReport {
  readonly run: Run
  /** Null: the site wrote none in that run, or it is not kept any more. */
  readonly report: ReportFile | null
}

/** The reports of a site in these runs, in their order. */
export function readReports(site: string, runs: readonly Run[]): Promise<SiteReport[]> {
  return Promise.all(
    runs.map(async (run) => {
      const path = `/api/bulk-runs/${run.id}/sites/${encodeURIComponent(site)}/artifacts/report.json`
      const answer = await request(path)
      if (answer.status === 404) return { run, report: null }
      if (!answer.ok) throw new ApiFailure(answer.status, await answer.json().catch(() => null))
      return { run, report: (await answer.json()) as ReportFile }
    }),
  )
}
