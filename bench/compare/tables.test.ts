import { expect, it } from 'vitest'
import { readGoals } from './goals.ts'
import type { Row } from './row.ts'
import { bestRounds, cpuOfPage, restOfPage, wrongCounts } from './row.ts'
import { costTable, markdownTable, processTable } from './tables.ts'

const row = (name: string, change: Partial<Row> = {}): Row => ({
  name,
  version: '1',
  gives: '',
  survives: '',
  pages: 100,
  witnesses: { server: 100, said: 100 },
  seconds: 2,
  startCpuMs: 500,
  peakMb: 33,
  processes: {
    'fetcher-1': { cpuMs: 60, peakMb: 10 },
    'fetcher-2': { cpuMs: 40, peakMb: 20 },
    nats: { cpuMs: 100, peakMb: 5 },
  },
  ...change,
})

it('puts numbers at the right and is as wide as its widest cell', () => {
  expect(
    markdownTable(
      ['', 'n'],
      [
        ['one', '1.00'],
        ['three', '–'],
      ],
    ),
  ).toBe(['|       |    n |', '|-------|-----:|', '| one   | 1.00 |', '| three |    – |'].join('\n'))
})

it('adds up processes by kind', () => {
  expect(cpuOfPage(row('mesh'), 'fetcher')).toBe(1)
  expect(cpuOfPage(row('mesh'))).toBe(2)
  expect(processTable([row('mesh')])).toContain('| fetcher |               1.000 |      30 |')
})

it('prints a row that missed a page as wrong, without figures', () => {
  const wrong = row('slow', { witnesses: { server: 100, CSV: 99 } })
  expect(wrongCounts(wrong)).toBe('CSV: 99 of 100')
  const line = costTable(bestRounds([row('mesh'), wrong]), row('mesh'))
    .split('\n')
    .at(-1)
  expect(line?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'slow',
    '–',
    '–',
    '–',
    '–',
    '–',
    '–',
    'WRONG (CSV: 99 of 100)',
    '',
  ])
})

it('sets goals beside the rows that they are measured by, and judges none by a row that is not there', () => {
  const scrapy = row('Scrapy', { processes: { Scrapy: { cpuMs: 800, peakMb: 1 } } })
  const ceiling = row('ceiling', { processes: { loop: { cpuMs: 50, peakMb: 1 } } })
  expect(
    readGoals({ mesh: row('mesh'), scrapy, ceiling, crawleeDurable: undefined }).map(({ measured, isMet }) => [
      measured,
      isMet,
    ]),
  ).toEqual([
    ['0.25', true],
    ['not measured', null],
    ['2.00', false],
    ['2.00', false],
  ])
})

it('shows the round with the least CPU, and one that is wrong before all', () => {
  const rounds = [400, 200, 300].map((cpuMs) => row('tool', { processes: { tool: { cpuMs, peakMb: 1 } } }))
  expect(bestRounds([row('mesh'), ...rounds])).toMatchObject([
    { name: 'mesh', rounds: [2] },
    { name: 'tool', rounds: [2, 3, 4], processes: { tool: { cpuMs: 200 } } },
  ])
  const wrong = row('tool', { witnesses: { server: 1 } })
  expect(bestRounds([...rounds, wrong])[0]).toMatchObject({ witnesses: { server: 1 } })
})

it('says what of a page is the time that the run took', () => {
  expect(restOfPage(row('mesh', { restMsPerSecond: 50 }))).toBe(1)
  expect(restOfPage(row('tool'))).toBe(0)
})
