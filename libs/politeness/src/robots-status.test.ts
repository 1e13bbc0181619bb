import { expect, it } from 'vitest'
import { robotsVerdictForStatus } from './robots-status.ts'

it.each([
  [200, 'as-written', false],
  [204, 'as-written', false],
  [301, 'allow-all', false],
  [401, 'allow-all', false],
  [403, 'allow-all', false],
  [404, 'allow-all', false],
  [410, 'allow-all', false],
  [499, 'allow-all', false],
  [429, 'disallow-all', true],
  [500, 'disallow-all', true],
  [503, 'disallow-all', true],
  [0, 'disallow-all', true],
  [999, 'disallow-all', true],
])('robots.txt answered %i means %s, again: %s', (status, access, retry) => {
  expect(robotsVerdictForStatus(status)).toEqual({ access, retry })
})
