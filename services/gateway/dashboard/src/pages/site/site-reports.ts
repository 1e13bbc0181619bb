import type { DiffCounts, Quality, Run } from '@seine/contracts'
import { client } from '../../api.ts'

/** In the currency that most products of the run have. */
interface MedianPrice {
  readonly value: number
  readonly currency: string | null
  readonly products: number
}

/** What a site run's `report.json` says, as far as it is shown. */
interface ReportFile {
  readonly rows: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly diff: DiffCounts | null
  readonly stats: { readonly pages: number; readonly products: number; readonly medianPrice?: MedianPrice | null }
  readonly quality?: Quality
}

export interface SiteReport {
  readonly run: Run
  /** Null: the site wrote none in that run, or it is not kept any more. */
  readonly report: ReportFile | null
}

/** Asked for at once: the browser has so many connections, and other parts of the page want some. */
const atOnce = 4

/** The reports of a site in these runs, in their order. */
export async function readReports(site: string, runs: readonly Run[]): Promise<SiteReport[]> {
  const reports: SiteReport[] = []
  for (let from = 0; from < runs.length; from += atOnce)
    reports.push(...(await Promise.all(runs.slice(from, from + atOnce).map((run) => readReport(site, run)))))
  return reports
}

async function readReport(site: string, run: Run): Promise<SiteReport> {
  const file = await client.artifact(run.id, site, 'report.json')
  return { run, report: file === null ? null : ((await new Response(file.body).json()) as ReportFile) }
}
