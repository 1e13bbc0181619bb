import type {
  ChangeTopic,
  ListedChange,
  PageRecord,
  PageState,
  pageOrders,
  SitePage,
  statusClasses,
} from '@seine/contracts'
import type { PageHistoryEntry, PagePrice } from './sites.ts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export interface PagesRequest extends PageRequest {
  /** A class of status codes, one of them, or `none`: no answer. */
  readonly status?: (typeof statusClasses)[number] | number
  readonly state?: PageState
  /** Code of an issue. */
  readonly issue?: string
  /** Whether it changed in the site's last run. */
  readonly changed?: boolean
  /** Part of the URL, the title or the product's name. */
  readonly search?: string
  readonly sort?: (typeof pageOrders)[number]
}

export interface PageIssue {
  readonly code: string
  readonly category: string
  readonly severity: string
  readonly priority: string
  readonly text: string
  readonly fix: string
}

/** A page with all that is known of it. */
export type PageDetail = SitePage & {
  readonly issueDetails: readonly PageIssue[]
  readonly record: PageRecord | null
  readonly recordRunId: string | null
  /** Why there is no record. Null: there is one. */
  readonly noRecord: 'released' | 'too-large' | 'never-read' | null
}

/** Of a run, or of a period: one of `run` and `from` is required. */
export interface ChangesRequest {
  readonly run?: string
  /** ISO 8601, inclusive. */
  readonly from?: string
  /** ISO 8601, exclusive. */
  readonly to?: string
  readonly site?: string
}

export interface ChangeCounts {
  readonly total: number
  readonly kinds: Partial<Record<ChangeTopic, number>>
}

export interface PagesClient {
  /** Pages of a site as its last export left them. */
  listPages(site: string, request?: PagesRequest): Promise<Page<SitePage>>
  getPage(site: string, id: string): Promise<PageDetail>
  historyOfPage(site: string, id: string, request?: PageRequest): Promise<Page<PageHistoryEntry>>
  pricesOfPage(site: string, id: string, request?: PageRequest): Promise<Page<PagePrice>>
  /** Changes over all sites, the most important first. */
  listChanges(request: ChangesRequest & PageRequest & { kind?: ChangeTopic }): Promise<Page<ListedChange>>
  countChanges(request: ChangesRequest): Promise<ChangeCounts>
}

export function pagesClient({ json, get }: Transport): PagesClient {
  const pagesOf = (site: string) => `/api/sites/${encodeURIComponent(site)}/pages`
  const of = (site: string, id: string) => `${pagesOf(site)}/${encodeURIComponent(id)}`
  return {
    listPages: (site, request = {}) => {
      const { status, state, issue, changed, search, sort } = request
      const which = { status, state, issue, changed: changed?.toString(), search, sort }
      return json(`${pagesOf(site)}${queryOf({ ...pageOf(request), ...which })}`)
    },
    getPage: (site, id) => get(of(site, id)),
    historyOfPage: (site, id, page = {}) => json(`${of(site, id)}/history${queryOf(pageOf(page))}`),
    pricesOfPage: (site, id, page = {}) => json(`${of(site, id)}/prices${queryOf(pageOf(page))}`),
    listChanges: (request) => {
      const { run, from, to, site, kind } = request
      return json(`/api/changes${queryOf({ ...pageOf(request), run, from, to, site, kind })}`)
    },
    countChanges: ({ run, from, to, site }) => get(`/api/changes/summary${queryOf({ run, from, to, site })}`),
  }
}
