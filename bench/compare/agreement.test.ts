import { expect, it } from 'vitest'
import { compareRows, isSame } from './agreement.ts'

it('takes blanks, apostrophes of formulas and spellings of a number for no difference', () => {
  expect(isSame("'=1+1", '=1+1')).toBe(true)
  expect(isSame('one two', ' one\u00a0two\n')).toBe(true)
  expect(isSame('19.9', '19.90')).toBe(true)
  expect(isSame('1.2.3', '1.2.30')).toBe(false)
  expect(isSame('', '0')).toBe(false)
})

it('lets numbers be as far apart as is said', () => {
  expect(isSame('100', '104', 0.05)).toBe(true)
  expect(isSame('100', '106', 0.05)).toBe(false)
})

it('counts over the pages that both have, and shows where they differ first', () => {
  const mesh = new Map([
    ['/a', { title: 'A', robots: '' }],
    ['/b', { title: 'B', robots: '' }],
    ['/c', { title: 'C', robots: '' }],
  ])
  const other = new Map([
    ['/a', { title: 'A', robots: '' }],
    ['/b', { title: 'X', robots: '' }],
  ])
  const compared = compareRows(mesh, other)
  const example = { url: '/b', mesh: 'B', other: 'X' }
  expect(compared.find(({ field }) => field === 'title')).toEqual({ field: 'title', share: 0.5, filled: 2, example })
  expect(compared.find(({ field }) => field === 'robots')).toMatchObject({ share: 1, filled: 0 })
})
