import type { SeoRow } from '../seo-row.ts'
import { issueCatalogue } from './catalogue.ts'
import { htmlViewOf, type IssueRule, pageViewOf } from './issue-rule.ts'

/** One row of issues.csv. */
export interface FoundIssue {
  readonly url: string
  readonly rule: IssueRule
  /** What exactly, short. Null: the code says it all. */
  readonly detail: string | null
}

/** What is wrong with a page, in the order of the catalogue. */
export function findIssues(row: SeoRow): FoundIssue[] {
  const view = pageViewOf(row)
  const html = htmlViewOf(view)
  const found: FoundIssue[] = []
  for (const rule of issueCatalogue) {
    const result = rule.find(view, html)
    if (result) found.push({ url: row.ledger.url, rule, detail: result === true ? null : String(result) })
  }
  return found
}
