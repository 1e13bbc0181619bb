import type { PageDetail } from '@seine/client'
import { t, tOr } from '../../i18n.ts'
import type { Column } from '../../ui/data-table.tsx'

type PageIssue = PageDetail['issueDetails'][number]

const priorities = ['High', 'Medium', 'Low']
const severities = ['Issue', 'Warning', 'Opportunity']

/** What is newer than this page comes last. */
const rankIn = (order: readonly string[], value: string): number => {
  const rank = order.indexOf(value)
  return rank === -1 ? order.length : rank
}

/** Sorted copy: by priority, then severity, then code. */
export const worstFirst = (issues: readonly PageIssue[]): PageIssue[] =>
  [...issues].sort(
    (a, b) =>
      rankIn(priorities, a.priority) - rankIn(priorities, b.priority) ||
      rankIn(severities, a.severity) - rankIn(severities, b.severity) ||
      (a.code < b.code ? -1 : 1),
  )

export const issueColumns = (site: string): Column<PageIssue>[] => [
  {
    key: 'priority',
    label: t('issue.priority'),
    width: '90px',
    cell: ({ priority }) => tOr(`issue.priority.${priority.toLowerCase()}`, priority),
  },
  {
    key: 'severity',
    label: t('issue.severity'),
    width: '110px',
    cell: ({ severity }) => tOr(`issue.severity.${severity.toLowerCase()}`, severity),
  },
  {
    key: 'code',
    label: t('issue.code'),
    width: '210px',
    cell: ({ code }) => <a href={`/sites/${site}?tab=pages&issue=${code}`}>{code}</a>,
  },
  { key: 'text', label: t('issue.text'), cell: ({ text }) => text },
  { key: 'fix', label: t('issue.fix'), cell: ({ fix }) => fix },
]
