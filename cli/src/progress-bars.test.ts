import { expect, test } from 'vitest'
import { progressBars } from './progress-bars.ts'
import { sampleCounts, sampleRun, sampleSite } from './run.fixture.ts'
import { viewOf } from './run-view.ts'

const screen = { columns: 100, rows: 24, colour: false }

test('each active site has a bar with share, pages, rate and time left, and the total comes last', () => {
  expect(progressBars(viewOf(sampleRun()), screen)).toEqual([
    'shop             fetch      ██████████████░░░░░░░░░░░░░░  50%        50/100    2.0/s 25 s left',
    'total            0/1 done   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░             50/100    2.0/s estimating',
  ])
})

test('while discovery runs there is no share, only what is known', () => {
  const site = sampleSite({ step: 'discover', eta: { state: 'estimating' }, counts: sampleCounts({ ok: 0 }) })
  const [line] = progressBars(viewOf(sampleRun({ sites: [site] })), screen)
  expect(line).toContain('estimating')
  expect(line).not.toContain('%')
})

test.each([20, 40, 60, 80, 81, 100, 200, 500])('no line is wider than a terminal of %d columns', (columns) => {
  const sites = [sampleSite({ site: 'a-site-with-a-name-that-is-far-too-long-for-its-column' })]
  for (const line of progressBars(viewOf(sampleRun({ sites })), { ...screen, columns }))
    expect(line.length).toBeLessThan(columns)
})

test('more sites than rows are counted, not drawn', () => {
  const sites = Array.from({ length: 50 }, (_, n) => sampleSite({ site: `site-${n}` }))
  const lines = progressBars(viewOf(sampleRun({ sites })), { ...screen, rows: 10 })
  expect(lines).toHaveLength(7)
  expect(lines.at(-2)).toBe('… and 45 more sites')
})

test('of three hundred sites those that fail or hold up the run are shown, where they stood', () => {
  const known = (remainingMs: number) => ({ state: 'known', remainingMs, basis: 'measured' }) as const
  const sites = Array.from({ length: 300 }, (_, n) =>
    sampleSite({
      site: `site-${n}`,
      eta: known(n === 200 ? 9_000_000 : 10_000 + n),
      counts: sampleCounts({ failed: n === 250 ? 40 : 0 }),
    }),
  )
  const lines = progressBars(viewOf(sampleRun({ sites })), { ...screen, rows: 8 })
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['site-0', 'site-200', 'site-250', '…', 'total'])
  expect(lines.length).toBeLessThan(8)
})

test('without colour there is no escape sequence', () => {
  expect(progressBars(viewOf(sampleRun()), screen).join('')).not.toContain('\x1b')
  expect(progressBars(viewOf(sampleRun()), { ...screen, colour: true }).join('')).toContain('\x1b')
})
