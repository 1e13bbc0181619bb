import type { PageFacts } from './cross-page/page-facts.ts'
import type { SiteFacts } from './cross-page/site-facts.ts'
import { type Indexability, indexabilityOf } from './indexability.ts'
import type { ReportRow } from './row.ts'

/** A page of seo.csv, with what is known of it from the site's other pages. */
export interface SeoRow extends ReportRow {
  readonly indexability: Indexability
  readonly facts: PageFacts
  readonly site: SiteFacts
}

export function seoRowOf(row: ReportRow, facts: PageFacts, site: SiteFacts): SeoRow {
  return { ...row, facts, site, indexability: indexabilityOf(row) }
}
