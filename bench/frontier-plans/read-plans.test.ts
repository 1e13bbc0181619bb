import { expect, test } from 'vitest'
import { readPlans } from './read-plans.ts'

const plan = {
  'Query Text': 'select *\n  from urls',
  Plan: {
    'Node Type': 'Nested Loop',
    'Shared Hit Blocks': 12,
    'Shared Read Blocks': 3,
    Plans: [
      {
        'Node Type': 'Seq Scan',
        'Relation Name': 'hosts',
        'Actual Rows': 2,
        'Actual Loops': 1,
        'Rows Removed by Filter': 7,
      },
      {
        ...{ 'Node Type': 'Index Scan', 'Relation Name': 'urls', 'Index Name': 'urls_claim' },
        ...{ 'Actual Rows': 4.5, 'Actual Loops': 2 },
      },
      { 'Node Type': 'ModifyTable', 'Relation Name': 'urls' },
    ],
  },
}
const logged = JSON.stringify(plan, null, 2).replace(/^/gm, '\t')

test('plans are found between other lines of a log', () => {
  const log = `2026 [1] WARNING: odd\n2026 [2] LOG:  duration: 1.250 ms  plan:\n${logged}\n2026 [2] LOG:  other\n`
  expect(readPlans(log + log)).toHaveLength(2)
  expect(readPlans(log)[0]).toEqual({
    text: 'select * from urls',
    durationMs: 1.25,
    buffersHit: 12,
    buffersRead: 3,
    scans: [
      { relation: 'hosts', index: null, rows: 2, removed: 7 },
      { relation: 'urls', index: 'urls_claim', rows: 9, removed: 0 },
    ],
  })
})

test('a log without plans has none', () => {
  expect(readPlans('2026 [1] LOG:  duration: 3 ms\n')).toEqual([])
})
