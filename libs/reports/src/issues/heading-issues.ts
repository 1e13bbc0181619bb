import { charactersOf } from '../seo-column.ts'
import { amount, category, onIndexable } from './issue-rule.ts'

const longChars = 70

export const headingIssues = category('Headings', [
  onIndexable({
    code: 'h1-missing',
    text: 'h1 missing',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Give the page one h1 that says what it is about.',
    find: ({ seo }) => !seo.h1.some((text) => text.trim() !== ''),
  }),
  onIndexable({
    code: 'h1-several',
    text: 'Several h1',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Make the lesser ones h2.',
    find: ({ seo }) => {
      const count = seo.headings?.[0] ?? seo.h1.length
      return count > 1 && amount(count, 'h1')
    },
  }),
  onIndexable({
    code: 'h1-duplicate',
    text: 'h1 duplicate',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Name in each h1 what its page alone has.',
    find: ({ row: { facts } }) => facts.sameH1 > 0 && amount(facts.sameH1, 'other pages'),
  }),
  onIndexable({
    code: 'h1-long',
    text: `h1 over ${longChars} characters`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten the heading.',
    find: ({ seo }) => charactersOf(seo.h1[0]) > longChars && amount(charactersOf(seo.h1[0]), 'characters'),
  }),
  onIndexable({
    code: 'h1-image-alone',
    text: 'h1 of an image alone',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Write the heading as text.',
    find: ({ counts }) => counts.h1OfAltText,
  }),
  onIndexable({
    code: 'h1-not-first',
    text: 'First heading is no h1',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Begin the headings of the page with its h1.',
    find: ({ counts }) => counts.firstHeadingNotH1 === 1,
  }),
  onIndexable({
    code: 'h2-missing',
    text: 'h2 missing',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Part longer texts with h2 headings.',
    find: ({ seo }) => !seo.h2.some((text) => text.trim() !== ''),
  }),
  onIndexable({
    code: 'h2-duplicate',
    text: 'First h2 duplicate',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Say in the heading what this page’s part is about.',
    find: ({ row: { facts } }) => facts.sameH2 > 0 && amount(facts.sameH2, 'other pages'),
  }),
  onIndexable({
    code: 'h2-long',
    text: `h2 over ${longChars} characters`,
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Shorten the heading.',
    find: ({ seo }) => charactersOf(seo.h2[0]) > longChars && amount(charactersOf(seo.h2[0]), 'characters'),
  }),
  onIndexable({
    code: 'heading-level-skipped',
    text: 'Level of headings skipped',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Go down one level at a time (h2, then h3): people who listen to a page find their way by them.',
    find: ({ counts }) => counts.headingSkips,
  }),
  onIndexable({
    code: 'heading-empty',
    text: 'Empty heading',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Remove it, or make what only looks like a heading a paragraph.',
    find: ({ counts }) => counts.emptyHeadings,
  }),
])
