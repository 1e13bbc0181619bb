import { expect, test } from 'vitest'
import { comparableSites, type SiteOfRun } from './comparable.ts'

const run = (site: string, over: Partial<SiteOfRun> = {}): SiteOfRun => ({
  ...{ site, isExported: true, isReleased: false, allSourcesRead: true },
  ...over,
})

test('sites that both runs have files of are compared, and of the others it is said why not, by name', () => {
  const before = [run('lamps'), run('books'), run('old'), run('let-go', { isReleased: true, isExported: false })]
  const after = [
    run('new'),
    run('lamps', { allSourcesRead: false }),
    run('let-go'),
    run('books', { isExported: false }),
  ]
  expect(comparableSites(before, after).map(({ site, status, reason }) => [site, status, reason])).toEqual([
    ['books', 'skipped', 'not exported in the later run'],
    ['lamps', 'pending', null],
    ['let-go', 'skipped', 'its results in the earlier run are not kept any more'],
    ['new', 'skipped', 'not in the earlier run'],
    ['old', 'skipped', 'not in the later run'],
  ])
})

test('whether a page can be called removed is the later run’s to say', () => {
  expect(comparableSites([run('a')], [run('a', { allSourcesRead: false })])).toMatchObject([{ allSourcesRead: false }])
  expect(comparableSites([run('a', { allSourcesRead: false })], [run('a')])).toMatchObject([{ allSourcesRead: true }])
})
