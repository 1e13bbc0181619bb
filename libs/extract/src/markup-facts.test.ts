import { expect, it } from 'vitest'
import { extractPage } from './extract-page.ts'

const seoOf = (html: string, url = 'https://shop.test/a', headers = {}) =>
  extractPage({ url, html, headers, siteHosts: new Set(['shop.test']) }).seo
const countsOf = (html: string, url?: string) => seoOf(html, url).counts

const sound = (head: string, body = '') => `<!doctype html><html><head>${head}</head><body>${body}</body></html>`

it('counts nothing in a sound page', () => {
  expect(
    countsOf(
      sound(
        '<meta charset=utf-8><title>Red shoes</title><meta name=description content=x><link rel=stylesheet href=/s.css><script src=/a.js></script><noscript><img src=/p></noscript>',
        '<h1>Shoes</h1><h2>Red</h2><img src=/a.jpg alt="A shoe" width=1 height=1>',
      ),
    ),
  ).toEqual({})
})

it('finds what stands outside of the head, where search engines ignore it', () => {
  const tags = `<title>t</title><meta name=description content=d><meta name=robots content=noindex>
    <link rel=canonical href=/c><link rel=alternate hreflang=de href=/de>`
  const outside = {
    titlesOutsideHead: 1,
    descriptionsOutsideHead: 1,
    directivesOutsideHead: 1,
    canonicalsOutsideHead: 1,
    hreflangOutsideHead: 1,
  }
  expect(countsOf(sound('', tags))).toMatchObject(outside)
  expect(countsOf(sound(`<div></div>${tags}`))).toMatchObject({ ...outside, invalidInHead: 1 })
  expect(countsOf(`<html><head></head>${tags}<body>`)).not.toHaveProperty('titlesOutsideHead')
  expect(countsOf(sound('', '<svg><title>pic</title></svg>'))).not.toHaveProperty('titlesOutsideHead')
})

it('counts heads and bodies', () => {
  expect(countsOf('<p>x')).toMatchObject({ missingHead: 1, missingBody: 1 })
  expect(countsOf('<head></head><body><head></head><body>')).toMatchObject({ extraHeads: 1, extraBodies: 1 })
})

it('counts canonicals and what is wrong with them', () => {
  const { counts } = seoOf(
    sound(
      '<link rel=canonical href="/c#x"><link rel=canonical href="https://shop.test/d"><meta name=keywords content=a>',
    ),
    'https://shop.test/a',
    { link: '</c>; rel="canonical"' },
  )
  expect(counts).toMatchObject({
    canonicalElements: 2,
    canonicalTargets: 2,
    relativeCanonicals: 1,
    fragmentCanonicals: 1,
    keywordsElements: 1,
  })
})

it('reads headings in their order', () => {
  const { headings, counts } = seoOf(
    sound('', '<h2>a</h2><h4>b</h4><h1><img src=x alt=Logo></h1><h3> <i></i></h3><div hidden><h6></h6></div>'),
  )
  expect(headings).toEqual([1, 1, 1, 1, 0, 0])
  expect(counts).toMatchObject({ firstHeadingNotH1: 1, headingSkips: 2, h1OfAltText: 1, emptyHeadings: 1 })
})

it('counts images without alt text or size', () => {
  const { imageCount, imagesWithoutAlt, counts } = seoOf(
    sound('', `<img src=a><img src=b alt=" " width=1 height=1><img src=c alt="${'x'.repeat(101)}" width=1>`),
  )
  expect([imageCount, imagesWithoutAlt]).toEqual([3, 1])
  expect(counts).toMatchObject({ imagesEmptyAlt: 1, imagesLongAlt: 1, imagesWithoutSize: 2 })
})

it('counts what an https page loads or sends over http', () => {
  const html = sound(
    '<script src="http://x.test/a.js"></script><link rel=stylesheet href=" HTTP://x.test/s.css"><link rel=canonical href="http://shop.test/">',
    '<iframe src=http://x.test></iframe><img src=//x.test/i alt=i><a href=http://x.test>x</a><form action=http://x.test></form><form>',
  )
  expect(countsOf(html)).toMatchObject({ mixedContent: 3, protocolRelative: 1, forms: 2, insecureForms: 1 })
  expect(countsOf(html, 'http://shop.test/a')).not.toHaveProperty('mixedContent')
})

it('reads the viewport and the version for phones', () => {
  expect(
    seoOf(
      sound(
        `<meta name=viewport content="width=device-width, initial-scale=1">
         <link rel=alternate media="only screen and (max-width: 640px)" href="https://m.shop.test/a">`,
      ),
    ),
  ).toMatchObject({ viewport: 'width=device-width, initial-scale=1', mobileAlternate: 'https://m.shop.test/a' })
})

it('counts structured data and what is no JSON in it', () => {
  expect(
    countsOf(
      sound(
        '<script type="application/ld+json">{"@type":"WebPage"}</script><script type="application/ld+json">{"@type":"WebPage",}</script>',
        '<p itemscope itemtype=A></p><p itemscope itemtype=B></p><p typeof=C></p>',
      ),
    ),
  ).toMatchObject({ jsonLdBlocks: 2, jsonLdErrors: 1, microdataItems: 2, rdfaItems: 1 })
})

it.each([
  ['404 - Page not found', true],
  ['Oops! Page Not Found | Shop', true],
  ['Seite nicht gefunden', true],
  ['Страница не найдена', true],
  ['Peugeot 404 spare parts', false],
  ['How to fix a page break', false],
  ['Lost and found: a novel', false],
])('takes "%s" for a page that is not there: %s', (title, is) => {
  expect(countsOf(sound(`<title>${title}</title>`))?.soft404).toBe(is ? 1 : undefined)
})
