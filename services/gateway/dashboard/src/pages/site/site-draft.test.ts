import type { Site } from '@seine/contracts'
import { expect, test } from 'vitest'
import { differencesOf, draftOf, problemsOf, siteOf } from './site-draft.ts'

const site: Site = {
  name: 'shop',
  startUrls: ['https://shop.test/'],
  sitemaps: [],
  hosts: [],
  include: ['/p/'],
  exclude: [],
  followLinks: true,
  maxDepth: 20,
  policy: 'default',
  residentialProxies: false,
  render: 'http',
  enabled: true,
  retain: { runs: 3 },
  fields: [{ name: 'ean', xpath: '//dd', list: false, type: 'text', transform: [], required: false }],
}
const say = (key: string, value: string) => `${key} ${value}`.trim()

test('a draft that nobody changed is the site again, whatever it has', () => {
  expect(siteOf(site, draftOf(site))).toEqual(site)
  const { sitemaps: _, retain: __, fields: ___, ...plain } = site
  expect(siteOf(plain, draftOf(plain))).toEqual(plain)
})

test('what is emptied goes, what is typed comes', () => {
  const changed = siteOf(site, { ...draftOf(site), maxPages: '50', group: ' a ', more: '', exclude: ' /cart \n\n /x ' })
  expect(changed).toMatchObject({ maxPages: 50, group: 'a', exclude: ['/cart', '/x'] })
  expect(changed).not.toHaveProperty('retain')
})

test('what can be seen to be wrong is told at its field', () => {
  const draft = {
    ...draftOf(site),
    startUrls: '',
    sitemaps: 'ftp://x/',
    include: '(',
    maxDepth: '-1',
    maxPages: '0',
    more: '[]',
  }
  expect(problemsOf(draft, say)).toEqual({
    startUrls: 'required',
    sitemaps: 'url ftp://x/',
    include: 'pattern (',
    maxDepth: 'number -1',
    maxPages: 'number 0',
    more: 'json',
  })
  expect(problemsOf(draftOf(site), say)).toEqual({})
})

test('two sites differ in the settings that say something else', () => {
  expect(differencesOf(site, { ...site, maxPages: 3, policy: 'brisk' })).toEqual(['maxPages', 'policy'])
})
