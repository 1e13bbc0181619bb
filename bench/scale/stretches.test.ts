import { expect, test } from 'vitest'
import { readPssKb } from './memory.ts'
import { type Reading, stretchesOf } from './stretches.ts'

const reading = (pages: number, seconds: number, cpuMs: Record<string, number>): Reading => ({
  pages,
  seconds,
  usage: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, { cpuMs: ms, peakRssMb: 1, lives: 1 }])),
  memory: {},
})

test('a stretch costs what was used between its readings, by its own pages', () => {
  const readings = [reading(0, 0, { a: 100 }), reading(10, 5, { a: 150, b: 20 }), reading(30, 9, { a: 160, b: 80 })]
  expect(stretchesOf(readings)).toEqual([
    { pages: 10, pagesPerSecond: 2, cpuMsEach: { a: 5, b: 2 } },
    { pages: 30, pagesPerSecond: 5, cpuMsEach: { a: 0.5, b: 3 } },
  ])
})

test('a stretch without pages is left out', () => {
  expect(stretchesOf([reading(5, 0, {}), reading(5, 1, {})])).toEqual([])
})

test('memory is read from what the kernel says of a process', () => {
  const smaps = 'Rss:              204800 kB\nPss:               51200 kB\nPss_Dirty:  1 kB\n'
  expect(readPssKb(smaps)).toBe(51_200)
})
