import { expect, test } from 'vitest'
import { worstFirst } from './page-issues.tsx'

const issue = (code: string, priority: string, severity: string) => ({ code, priority, severity }) as never

test('issues come by priority, then severity, then code; what is not known comes last', () => {
  const codes = worstFirst([
    issue('e', 'Low', 'Issue'),
    issue('f', 'Urgent', 'Issue'),
    issue('c', 'High', 'Opportunity'),
    issue('d', 'Medium', 'Issue'),
    issue('b', 'High', 'Issue'),
    issue('a', 'High', 'Issue'),
  ]).map(({ code }) => code)
  expect(codes).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})
