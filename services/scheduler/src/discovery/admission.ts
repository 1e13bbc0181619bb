import type { Source, TaskKind } from '@seine/contracts'
import { makeScope, pathTrap } from '@seine/urls'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import type { TrapCaps } from './trap-caps.ts'

/** A URL somebody found. Canonical. */
export interface Candidate {
  readonly url: string
  readonly kind: TaskKind
  readonly source: Source
  readonly depth: number
  readonly redirects: number
  readonly lastmod?: string | undefined
  /** A source whose 404 is no failure. */
  readonly optional?: boolean
}

/** A good enough result of the run before. */
export interface FreshResult {
  /** The run that holds the record. */
  readonly recordRunId: string
  readonly fetchedAtMs: number
}

export type Verdict =
  | { readonly to: 'pending' }
  | { readonly to: 'skipped'; readonly reason: string }
  | { readonly to: 'fresh'; readonly result: FreshResult }
  /** Not entered at all. With a reason it is counted, outside of the ledger. */
  | { readonly to: 'nowhere'; readonly reason: string | null }

export interface AdmissionLimits {
  /** Rows a site run may have: what comes after is counted and dropped. */
  readonly maxUrlsPerSite: number
}

/** Levels of sitemap indexes below the one that was named. */
export const maxSitemapDepth = 5
export const maxSitemapsPerSite = 10_000

/**
 * Decides what becomes of URLs that are new to a site run, one after the other: the page limit is exact because the
 * caller holds the site run's lock from reading its counters until the rows are in. Keeps I7: every list has its end here.
 */
export function makeAdmission(run: SiteRunRow, limits: AdmissionLimits, traps: TrapCaps) {
  const { site, policy, maxPages } = run.plan
  const inScope = makeScope(site)
  let admitted = run.admitted
  let sources = run.sources
  let rows = run.discovered + run.sources

  function judgePage(page: Candidate, fresh: FreshResult | undefined): Verdict {
    const refusal = refusalOf(page) ?? traps.refusalOf(page)
    if (refusal !== null) return { to: 'skipped', reason: refusal }
    if (maxPages !== null && admitted >= maxPages) return { to: 'skipped', reason: 'limit' }
    admitted++
    traps.count(page)
    if (run.options.dry_run) return { to: 'skipped', reason: 'dry-run' }
    return fresh === undefined ? { to: 'pending' } : { to: 'fresh', result: fresh }
  }

  function refusalOf(page: Candidate): string | null {
    const scope = page.source === 'start' ? null : inScope(page.url)
    if (scope !== null && !scope.allowed) {
      // A start URL need not match `include`, so where it redirects to need not either.
      const startRedirect = page.source === 'redirect' && page.depth === 0
      if (!(startRedirect && scope.reason === 'include')) return `scope-${scope.reason}`
    }
    if (page.depth > site.maxDepth) return 'max-depth'
    if (page.redirects > policy.limits.maxRedirects) return 'redirect-limit'
    return page.source === 'link' || page.source === 'redirect' ? pathTrap(page.url) : null
  }

  function judgeSource(source: Candidate): Verdict {
    if (source.kind === 'sitemap') {
      if (source.depth > maxSitemapDepth) return { to: 'skipped', reason: 'sitemap-depth' }
      if (sources >= maxSitemapsPerSite) return { to: 'nowhere', reason: 'sitemap-limit' }
    }
    sources++
    return { to: 'pending' }
  }

  return (candidate: Candidate, fresh?: FreshResult): Verdict => {
    // An empty list of sitemaps means none at all, those of robots.txt included.
    if (candidate.kind === 'sitemap' && site.sitemaps?.length === 0) return { to: 'nowhere', reason: null }
    if (candidate.source === 'link' && !site.followLinks) return { to: 'nowhere', reason: null }
    if (rows >= limits.maxUrlsPerSite) return { to: 'nowhere', reason: 'url-cap' }
    const verdict = candidate.kind === 'page' ? judgePage(candidate, fresh) : judgeSource(candidate)
    if (verdict.to !== 'nowhere') rows++
    return verdict
  }
}

/** Of a start page; what tells where pages are goes before it. */
export const firstPagePriority = 2

/** Lower goes first: what tells where pages are, then pages by distance. */
export function priorityOf(candidate: Candidate): number {
  if (candidate.kind === 'robots') return 0
  if (candidate.kind === 'sitemap') return 1
  return Math.min(30_000, firstPagePriority + candidate.depth)
}
