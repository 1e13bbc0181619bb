import { contentIssues, imageIssues, markupIssues } from './content-issues.ts'
import { headingIssues } from './heading-issues.ts'
import { canonicalIssues, directiveIssues, hreflangIssues } from './indexing-issues.ts'
import { type IssueRule, severities } from './issue-rule.ts'
import { linkIssues, paginationIssues, sitemapIssues } from './link-issues.ts'
import { redirectIssues, responseIssues } from './response-issues.ts'
import { securityIssues } from './security-issues.ts'
import { socialIssues, structuredDataIssues } from './structured-data-issues.ts'
import { descriptionIssues, titleIssues } from './title-issues.ts'
import { urlIssues } from './url-issues.ts'

/** All that is looked for, in the order in which it is listed. Codes keep their meaning; new ones go to the end of their category. */
export const issueCatalogue: readonly IssueRule[] = [
  ...responseIssues,
  ...redirectIssues,
  ...securityIssues,
  ...urlIssues,
  ...titleIssues,
  ...descriptionIssues,
  ...headingIssues,
  ...contentIssues,
  ...imageIssues,
  ...markupIssues,
  ...canonicalIssues,
  ...directiveIssues,
  ...hreflangIssues,
  ...linkIssues,
  ...paginationIssues,
  ...structuredDataIssues,
  ...socialIssues,
  ...sitemapIssues,
]

const ruleByCode = new Map(issueCatalogue.map((rule) => [rule.code, rule]))
export const issueRule = (code: string): IssueRule | undefined => ruleByCode.get(code)

/** Pages by code. */
export type IssueCounts = Readonly<Record<string, number>>

/** Codes that were found, the worst first: by severity, priority, then pages. */
export function rankedIssues(counts: IssueCounts): { rule: IssueRule; pages: number }[] {
  const rank = ({ severity, priority }: IssueRule): number =>
    severities.indexOf(severity) * 3 + ['High', 'Medium', 'Low'].indexOf(priority)
  return issueCatalogue
    .filter(({ code }) => (counts[code] ?? 0) > 0)
    .map((rule) => ({ rule, pages: counts[rule.code] ?? 0 }))
    .sort((a, b) => rank(a.rule) - rank(b.rule) || b.pages - a.pages)
}

/** Rows of issues.csv by severity. */
export function issuesBySeverity(counts: IssueCounts): { issues: number; warnings: number; opportunities: number } {
  const of = (severity: IssueRule['severity']): number =>
    issueCatalogue.reduce((sum, rule) => sum + (rule.severity === severity ? (counts[rule.code] ?? 0) : 0), 0)
  return { issues: of('Issue'), warnings: of('Warning'), opportunities: of('Opportunity') }
}
