import type { RpcOutput, schedulerRpc } from '@seine/contracts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export type PageHistoryEntry = RpcOutput<typeof schedulerRpc.readHistory>['changes'][number]
export type PagePrice = RpcOutput<typeof schedulerRpc.readPrices>['prices'][number]

export interface SitesClient {
  /** What changed of a page from run to run, newest first. */
  pageHistory(site: string, url: string, request?: PageRequest): Promise<Page<PageHistoryEntry>>
  /** The prices of a page's product, oldest first. */
  pagePrices(site: string, url: string, request?: PageRequest): Promise<Page<PagePrice>>
}

export function sitesClient({ json }: Transport): SitesClient {
  const of = (site: string) => `/api/sites/${encodeURIComponent(site)}`
  return {
    pageHistory: (site, url, page = {}) => json(`${of(site)}/history${queryOf({ ...pageOf(page), url })}`),
    pagePrices: (site, url, page = {}) => json(`${of(site)}/prices${queryOf({ ...pageOf(page), url })}`),
  }
}
