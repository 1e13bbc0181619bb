import type { Column } from '../column.ts'
import type { FoundIssue } from './find-issues.ts'

/** issues.csv and the sheet Issues: a row for each page and code. New columns go at the end. */
export const issueColumns: readonly Column<FoundIssue>[] = [
  {
    name: 'URL',
    type: 'url',
    about: 'Address of the page.',
    empty: 'never',
    width: 60,
    link: true,
    value: (i) => i.url,
  },
  {
    name: 'Code',
    type: 'text',
    about: 'Code of the catalogue (issues.md).',
    empty: 'never',
    width: 30,
    value: (i) => i.rule.code,
  },
  { name: 'Issue', type: 'text', about: 'The code in words.', empty: 'never', width: 44, value: (i) => i.rule.text },
  {
    name: 'Category',
    type: 'text',
    about: 'Part of the catalogue.',
    empty: 'never',
    width: 18,
    value: (i) => i.rule.category,
  },
  {
    name: 'Severity',
    type: 'text',
    about: '`Issue`: wrong. `Warning`: look at it. `Opportunity`: could be better.',
    empty: 'never',
    width: 14,
    value: (i) => i.rule.severity,
  },
  {
    name: 'Priority',
    type: 'text',
    about: '`High`, `Medium` or `Low`.',
    empty: 'never',
    width: 12,
    value: (i) => i.rule.priority,
  },
  {
    name: 'Detail',
    type: 'text',
    about: 'What exactly: a number of characters, pages or links, an address, a reason.',
    empty: 'the code says it all',
    width: 40,
    value: (i) => i.detail,
  },
]
