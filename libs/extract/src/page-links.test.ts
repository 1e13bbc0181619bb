import { hash64, readLinks } from '@seine/contracts'
import { expect, it } from 'vitest'
import { extractPage } from './extract-page.ts'

const seoOf = (html: string, headers = {}) =>
  extractPage({ url: 'https://shop.test/a', html, headers, siteHosts: new Set(['shop.test', 'm.shop.test']) }).seo

it('lists the distinct internal targets with how often the page links there', () => {
  const { outlinks } = seoOf(
    '<a href=/b>1</a><a href="/b#x">2</a><a rel=nofollow href=/c>3</a><a href=//m.shop.test/>4</a><a href=//other.test/>5</a>',
  )
  expect([...readLinks(outlinks ?? '')]).toEqual([
    { hash: hash64('https://shop.test/b'), times: 2, nofollow: false },
    { hash: hash64('https://shop.test/c'), times: 1, nofollow: true },
    { hash: hash64('https://m.shop.test/'), times: 1, nofollow: false },
  ])
})

it('counts links, nofollow ones, and those that open a window onto the page', () => {
  const { counts } = seoOf(
    `<a href=/b>b</a><a href=/b rel=nofollow>b</a><a href=/b rel=nofollow>b</a>
     <a href=//x.test/ target=_blank>x</a><a href=//y.test/ target=_blank rel="noopener nofollow">y</a><a href=http://localhost:3000/>l</a>`,
  )
  expect(counts).toMatchObject({
    internalHyperlinks: 3,
    internalNofollow: 2,
    externalHyperlinks: 3,
    externalNofollow: 1,
    unsafeBlankLinks: 1,
    localhostLinks: 1,
  })
  expect(seoOf('<a href=/b>b</a>', { 'x-robots-tag': 'nofollow' }).counts).toMatchObject({ internalNofollow: 1 })
})

it('counts links without a text, unless an image or label names them', () => {
  const { counts } = seoOf(
    `<a href=/1> <i></i></a><a href=/2><img src=x></a><a href=/3><img src=x alt=Home></a><a href=/4 aria-label=Menu></a>
     <div hidden><a href=/5></a></div><a href=//other.test/></a><p>x<a href=/6>y</a>`,
  )
  expect(counts).toMatchObject({ anchorsWithoutText: 2 })
})

it('counts links whose text says nothing, in many languages', () => {
  const { counts } = seoOf(
    '<a href=/1>Click <b>here</b>!</a><a href=/2>Mehr  erfahren …</a><a href=/3>Red shoes</a><a href=/4>here come the shoes</a>',
  )
  expect(counts).toMatchObject({ vagueAnchors: 2 })
})
