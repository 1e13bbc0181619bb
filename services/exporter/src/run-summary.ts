import { join } from 'node:path'
import { cellsOf, countRun, openWorkbook, type RunSite, runSiteColumns, runSiteRules } from '@seine/reports'

/** Writes `summary.xlsx` of a run into `dir`: a cover, and a row a site in the order given. Gives its path. */
export async function writeRunSummary(
  sites: readonly RunSite[],
  { dir, runId, createdAt }: { dir: string; runId: string; createdAt: string },
): Promise<string> {
  const file = join(dir, 'summary.xlsx')
  const book = openWorkbook({ dir, name: 'summary' })
  try {
    const table = await book.table('Sites', runSiteColumns, runSiteRules)
    const sums = countRun()
    for (const site of sites) {
      sums.add(site)
      await table.add(cellsOf(runSiteColumns, site))
    }
    await book.finish(file, { name: 'Summary', xml: sums.cover({ runId, createdAt }) })
    return file
  } finally {
    await book.dispose()
  }
}
