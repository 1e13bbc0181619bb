import type { ReportRow } from '../row.ts'

/** What is known of a site as a whole. */
export interface SiteFacts {
  /** Rows of seo.csv, and pages of HTML among them. */
  readonly pages: number
  readonly htmlPages: number
  /** True: every page's links are known, so that a page without inlinks has none. */
  readonly knowsLinks: boolean
  /** Whether any page is known from a sitemap. */
  readonly hasSitemap: boolean
}

/** Whether the ledger knows the page from a sitemap: one led to it first, or dates it. */
export const isInSitemap = ({ ledger }: Pick<ReportRow, 'ledger'>): boolean =>
  ledger.source === 'sitemap' || ledger.lastmod !== null
