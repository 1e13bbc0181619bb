import type { RunDiff, RunDiffSite } from '@seine/contracts'
import { type Download, type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export interface DiffsClient {
  /** Begins to compare two runs that have ended. Absent `site`: every site that both have. */
  createDiff(which: { before: string; after: string; site?: string }): Promise<RunDiff>
  getDiff(id: string): Promise<RunDiff>
  listDiffSites(id: string, request?: PageRequest): Promise<Page<RunDiffSite>>
  /** Null: the site is not compared, or the file is not kept any more. */
  diffFile(id: string, site: string): Promise<Download | null>
}

export function diffsClient({ json, get, send, download }: Transport): DiffsClient {
  const of = (id: string) => `/api/diffs/${encodeURIComponent(id)}`
  return {
    createDiff: (which) => send('POST', '/api/diffs', which),
    getDiff: (id) => get(of(id)),
    listDiffSites: (id, page = {}) => json(`${of(id)}/sites${queryOf(pageOf(page))}`),
    diffFile: (id, site) => download(`${of(id)}/sites/${encodeURIComponent(site)}/diff.csv`),
  }
}
