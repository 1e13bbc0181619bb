import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule } from './robots-match.ts'

const matches = (pattern: string, path: string) => compileRule(true, pattern)?.matches(path, path)

describe('patterns', () => {
  it.each([
    ['/fish', '/fish.html', true],
    ['/fish', '/Fish', false],
    ['/fish*', '/fishheads/yummy', true],
    ['/*.php', '/index?f=a.php/', true],
    ['/*.php$', '/a.php', true],
    ['/*.php$', '/a.php?x', false],
    ['/a$b', '/a$bc', true],
    ['/$', '/', true],
    ['/$', '/a', false],
    ['*', '/', true],
    ['/a*$', '/abc', true],
    ['/ab*bc$', '/abc', false],
    ['/ab*bc$', '/abbc', true],
    ['/a**b', '/axxb', true],
    ['$', '/', false],
  ])('%j on %j: %j', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected)
  })

  it('make no rule where empty', () => {
    expect(compileRule(false, '')).toBeNull()
  })

  it('match what a regular expression of the same meaning matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(pattern, fc.boolean(), text, (glob, anchored, path) => {
        const meaning = new RegExp(`^${glob.replaceAll('*', '.*')}${anchored ? '$' : ''}`)
        expect(matches(anchored ? `${glob}$` : glob, `/${path}`)).toBe(meaning.test(`/${path}`))
      }),
      { numRuns: 2_000 },
    )
  })
})

it('costs no more than its length for a pattern made to blow up a backtracking matcher', () => {
  const hostile = `/${'*a'.repeat(8_000)}b$`
  const path = `/${'a'.repeat(100_000)}`
  const startMs = performance.now()
  for (let i = 0; i < 100; i++) expect(matches(hostile, path)).toBe(false)
  // A hundred take milliseconds; a single one with backtracking would outlive the universe.
  expect(performance.now() - startMs).toBeLessThan(5_000)
})
