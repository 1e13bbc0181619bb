import { issueCatalogue } from './catalogue.ts'

/** `docs/issues.md`, made from the catalogue. */
export function issuesDoc(): string {
  const categories = [...new Set(issueCatalogue.map((rule) => rule.category))]
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  const sections = categories.map((category) => {
    const rules = issueCatalogue.filter((rule) => rule.category === category)
    const rows = rules.map(({ code, text, severity, priority, fix }) =>
      row([`\`${code}\``, text, severity, priority, fix]),
    )
    return [
      `## ${category}`,
      '',
      row(['code', 'what', 'severity', 'priority', 'how to fix']),
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n')
  })
  return `# Issues

What each page is searched for: ${issueCatalogue.length} codes. This page is made from the catalogue itself (\`npm run docs\`), and a test keeps it true. Codes keep their
meaning; new ones come. A page and code are a row of \`issues.csv\`; see [reports_spec.md](reports_spec.md).

- **Issue**: something is wrong. **Warning**: it may be meant so, and has to be looked at. **Opportunity**: it could be better.
- Texts are judged on pages that can be indexed: what is not listed need not be good.
- What depends on other pages (duplicates, links, orphans, versions in other languages) is known of the pages of the run alone. Codes about
  inlinks stay silent where the links of some page are not known.

${sections.join('\n\n')}
`
}
