import { expect, test } from 'vitest'
import { isShown, readEventFilter } from './event-filter.ts'
import { sampleEvent } from './run.fixture.ts'

test.each([
  ['nothing', {}, { since: 0, fromMs: 0 }],
  ['a sequence', { since: '5120' }, { since: 5_120, fromMs: 0 }],
  ['seconds ago', { since: '90s' }, { since: 0, fromMs: 910_000 }],
  ['minutes ago', { since: '10m' }, { since: 0, fromMs: 400_000 }],
  [
    'types with commas and without',
    { type: ['site.step,run.finished', 'host.blocked'] },
    {
      since: 0,
      fromMs: 0,
      types: ['site.step', 'run.finished', 'host.blocked'],
    },
  ],
  ['a level and a site', { level: 'warn', site: 'shop' }, { since: 0, fromMs: 0, level: 'warn', site: 'shop' }],
])('%s is read', (_, said, expected) => {
  expect(readEventFilter(said, 1_000_000)).toEqual(expected)
})

test.each([
  ['--since', { since: 'yesterday' }],
  ['--since', { since: '-1' }],
  ['--level', { level: 'loud' }],
  ['--type', { type: ['site.step,site.dance'] }],
])('what %s can not be is refused by its name', (flag, said) => {
  expect(readEventFilter(said, 0)).toMatchObject({ problem: expect.stringContaining(`${flag}: expected`) })
})

test('what is older than asked for is not shown', () => {
  const event = sampleEvent('run.started', {})
  const atMs = Date.parse(event.ts)
  expect(isShown({ since: 0, fromMs: atMs }, event)).toBe(true)
  expect(isShown({ since: 0, fromMs: atMs + 1 }, event)).toBe(false)
  expect(isShown({ since: 0, fromMs: 0, site: 'shop' }, event)).toBe(false)
})
