import { runOptionsSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { chooseSites } from './choose-sites.ts'

const catalogue = testCatalogue([testSite('a'), testSite('b', { enabled: false }), testSite('c')])
const choose = (sites?: string[], from = catalogue) =>
  chooseSites(from, runOptionsSchema.parse({ ...(sites === undefined ? {} : { sites }) })).map((site) => site.name)

test('without names all enabled sites are chosen in the order of the file', () => {
  expect(choose()).toEqual(['a', 'c'])
})

test('named sites are chosen in the order named, each once, also one that is not enabled', () => {
  expect(choose(['c', 'b', 'c'])).toEqual(['c', 'b'])
})

test('every unknown name is told', () => {
  expect(() => choose(['a', 'x'])).toThrow("unknown site 'x'")
  expect(() => choose(['y', 'a', 'x'])).toThrow("unknown sites 'y', 'x'")
})

test('a run of nothing is refused', () => {
  expect(() => choose(undefined, testCatalogue([testSite('b', { enabled: false })]))).toThrow('no site is enabled')
})
