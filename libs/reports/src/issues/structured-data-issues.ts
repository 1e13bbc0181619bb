import { amount, category, onIndexable } from './issue-rule.ts'

const shownProblems = 5

export const structuredDataIssues = category('Structured data', [
  onIndexable({
    code: 'schema-parse-error',
    text: 'JSON-LD that is no JSON',
    severity: 'Issue',
    priority: 'High',
    fix: 'Correct the JSON: search engines leave out the whole block.',
    find: ({ counts }) => counts.jsonLdErrors && amount(counts.jsonLdErrors, 'blocks'),
  }),
  onIndexable({
    code: 'schema-required-missing',
    text: 'Required values missing',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Add what is named: without it there is no rich result.',
    find: ({ seo }) => (seo.schemaProblems ?? []).slice(0, shownProblems).join(', '),
  }),
  onIndexable({
    code: 'schema-none',
    text: 'No structured data',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Describe products, articles and breadcrumbs in JSON-LD.',
    find: ({ seo, counts }) =>
      seo.counts !== undefined && !counts.jsonLdBlocks && !counts.microdataItems && !counts.rdfaItems,
  }),
])

export const socialIssues = category('Social', [
  onIndexable({
    code: 'social-open-graph-missing',
    text: 'Open Graph title or image missing',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Add og:title and og:image: they are what others see when the page is shared.',
    find: ({ seo }) => ['og:title', 'og:image'].filter((key) => !seo.openGraph[key]).join(', '),
  }),
  onIndexable({
    code: 'social-twitter-card-missing',
    text: 'Twitter card missing',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Add twitter:card; title and image are taken from Open Graph.',
    find: ({ seo }) => !seo.twitter['twitter:card'],
  }),
])
