import { expect, it } from 'vitest'
import { siteSchema } from './site.ts'
import { siteFieldsSchema } from './site-field.ts'

const problemsOf = (...fields: unknown[]): string[] => {
  const result = siteFieldsSchema.safeParse(fields)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

it('takes selectors of every kind, with defaults', () => {
  const site = siteSchema.parse({
    name: 'shop',
    startUrls: ['https://shop.test/'],
    fields: [
      { name: 'price', css: '.price', type: 'price', required: true },
      { name: 'ean', xpath: '//dd[1]', regex: '(\\d{13})', pages: '/p/' },
      { name: 'rating', css: 'script#state', jsonPath: '$.rating.value', type: 'number' },
      { name: 'images', css: '.gallery img', attribute: 'data-src', list: true, type: 'url' },
      {
        name: 'state',
        css: '.stock',
        transform: ['lowercase', { map: { ja: 'InStock' } }, { replace: 'a+', with: 'b' }],
      },
    ],
  })
  expect(site.fields?.[0]).toMatchObject({ list: false, transform: [], required: true })
})

it('still takes a site without any', () => {
  expect(siteSchema.parse({ name: 'shop', startUrls: ['https://shop.test/'] })).not.toHaveProperty('fields')
})

it('names the field in every complaint', () => {
  expect(problemsOf({ name: 'ean' })).toEqual(['0.css: ean: one of css, xpath and jsonPath is required'])
  expect(problemsOf({ name: 'a', css: 'a', xpath: '//a' })).toEqual(['0.xpath: a: css is given, too: take one'])
  expect(problemsOf({ name: 'a', jsonPath: '$.a', attribute: 'href' })).toHaveLength(1)
  expect(problemsOf({ name: 'price', css: 'a' })).toEqual([
    '0.type: price: of a product it is price or number, not text',
  ])
  expect(problemsOf({ name: 'images', css: 'img', type: 'url' })).toEqual(['0.list: images: of a product it is a list'])
  expect(problemsOf({ name: 'price', css: 'b', type: 'price', list: true })).toEqual([
    '0.list: price: of a product it is no list',
  ])
  expect(problemsOf({ name: 'sources', css: 'a' })).toHaveLength(1)
  expect(problemsOf({ name: 'a', css: 'a' }, { name: 'a', css: 'b' })).toEqual([
    '1.name: a: there is another field of this name',
  ])
  expect(problemsOf({ name: 'Bad name', css: 'a' })[0]).toContain('0.name')
})

it('refuses patterns that it can not run in linear time', () => {
  for (const regex of ['(?=a)', '(?<!a)b', '(a)\\1', '(?<n>a)\\k<n>', '(', 'a'.repeat(501)]) {
    expect(problemsOf({ name: 'a', css: 'a', regex }), regex).toHaveLength(1)
  }
  for (const regex of ['(a+)+$', '\\\\1', '(?:a|b)*', '(?<n>\\d)', '[^=]+=(.*)']) {
    expect(problemsOf({ name: 'a', css: 'a', regex }), regex).toEqual([])
  }
})
