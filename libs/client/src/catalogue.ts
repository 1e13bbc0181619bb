import type {
  AuditEntry,
  Host,
  ImportReport,
  Probe,
  RpcOutput,
  Site,
  SiteEntry,
  SiteOrder,
  SiteSummary,
  schedulerRpc,
} from '@seine/contracts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export type PolicySummary = RpcOutput<typeof schedulerRpc.listPolicies>['policies'][number]
export type PolicyDetail = RpcOutput<typeof schedulerRpc.getPolicy>
export type SiteHost = RpcOutput<typeof schedulerRpc.listSiteHosts>['hosts'][number]

/** A site as somebody writes it: what is left out has its default. */
export type SiteInput = Pick<Site, 'name' | 'startUrls'> & Partial<Site>

export interface SitesRequest extends PageRequest {
  /** Part of a name, a group or a start URL. */
  readonly search?: string
  readonly group?: string
  readonly policy?: string
  readonly enabled?: boolean
  readonly sort?: SiteOrder
}

export interface AuditRequest extends PageRequest {
  readonly actor?: string
  /** A whole action (`site.changed`), or all of a thing (`site`). */
  readonly action?: string
  readonly subject?: string
  /** ISO 8601; `to` itself is not in it. */
  readonly from?: string
  readonly to?: string
}

/** Sites, their hosts and policies, and who changed what of them. What has a `version` is changed only from that one: else ApiFailure 412. */
export interface CatalogueClient {
  listSites(request?: SitesRequest): Promise<Page<SiteSummary>>
  getSite(name: string): Promise<SiteEntry>
  createSite(site: SiteInput): Promise<SiteEntry>
  replaceSite(site: SiteInput, version: number): Promise<SiteEntry>
  /** By a JSON merge patch: null gives a field its default back. */
  changeSite(name: string, patch: Record<string, unknown>, version: number): Promise<SiteEntry>
  deleteSite(name: string, version: number): Promise<SiteEntry>
  /** All entries of a `sites.json`, or none: then ApiFailure, whose details are the report. */
  importSites(document: { sites: readonly unknown[] }, request?: { dryRun?: boolean }): Promise<ImportReport>
  testFetch(site: string, request?: { url?: string; fields?: Site['fields'] }): Promise<Probe>
  siteHosts(site: string, request?: PageRequest): Promise<Page<SiteHost>>
  getHost(host: string): Promise<Host>
  forceBreaker(host: string, state: 'open' | 'closed' | 'automatic', reason: string): Promise<Host>
  listPolicies(): Promise<Page<PolicySummary>>
  getPolicy(name: string): Promise<PolicyDetail>
  listAudit(request?: AuditRequest): Promise<Page<AuditEntry>>
}

export function catalogueClient({ json, get, send }: Transport): CatalogueClient {
  const of = (site: string) => `/api/sites/${encodeURIComponent(site)}`
  const host = (name: string) => `/api/hosts/${encodeURIComponent(name)}`
  const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })
  return {
    listSites: ({ page, perPage, ...which } = {}) =>
      json(`/api/sites${queryOf({ ...pageOf(paging(page, perPage)), ...which })}`),
    getSite: (name) => get(of(name)),
    createSite: (site) => send('POST', '/api/sites', site),
    replaceSite: (site, version) => send('PUT', of(site.name), site, ifMatch(version)),
    changeSite: (name, patch, version) => send('PATCH', of(name), patch, ifMatch(version)),
    deleteSite: (name, version) => send('DELETE', of(name), {}, ifMatch(version)),
    importSites: (document, { dryRun = false } = {}) =>
      send('POST', `/api/sites/import${dryRun ? '?dry_run=true' : ''}`, document),
    testFetch: (site, request = {}) => send('POST', `${of(site)}/test-fetch`, request),
    siteHosts: (site, page = {}) => json(`${of(site)}/hosts${queryOf(pageOf(page))}`),
    getHost: (name) => get(host(name)),
    forceBreaker: (name, state, reason) => send('PUT', `${host(name)}/breaker`, { state, reason }),
    listPolicies: () => json('/api/policies'),
    getPolicy: (name) => get(`/api/policies/${encodeURIComponent(name)}`),
    listAudit: ({ page, perPage, ...filter } = {}) =>
      json(`/api/audit${queryOf({ ...pageOf(paging(page, perPage)), ...filter })}`),
  }
}

const paging = (page: number | undefined, perPage: number | undefined): PageRequest => ({
  ...(page === undefined ? {} : { page }),
  ...(perPage === undefined ? {} : { perPage }),
})
