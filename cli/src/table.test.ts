import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns are as wide as their widest cell, numbers stand to the right', () => {
  expect(
    table(
      ['site', 'pages', 'reason'],
      [
        ['lamps', 7, ''],
        ['a', 1_200, 'slow'],
      ],
    ),
  ).toBe('site   pages  reason\nlamps      7\na       1200  slow\n')
})
