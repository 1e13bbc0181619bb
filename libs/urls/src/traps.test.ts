import { describe, expect, it } from 'vitest'
import { maxParameters, maxPathSegments, pathTrap, trapKeyOf } from './traps.ts'

const shop = 'https://shop.test'

describe('pathTrap', () => {
  it.each([
    '/',
    '/a/b/c/d/e/f/g/',
    '/a/b/a/b/',
    '/en/en/',
    '/2011/11/11/11/',
    '/docs/api/v1/api/docs',
    '/boost/boost/spirit/home/boost/phoenix',
    '/s?q=a&page=2&sort=up&sort=down',
    '/login?return=%252Fcart',
  ])('lets %s pass', (path) => {
    expect(pathTrap(shop + path)).toBeNull()
  })

  it.each([
    ['/a/a/a/', 'trap-repeating-path'],
    ['/shop/cart/shop/cart/shop/cart', 'trap-repeating-path'],
    ['/x/a/b/c/a/b/c/a/b/c/', 'trap-repeating-path'],
    ['/1/1/1/1/1/', 'trap-repeating-path'],
    ['/a/1/a/2/a/3/a/4/a/5', 'trap-repeating-path'],
    [`/${Array.from({ length: maxPathSegments + 1 }, (_, i) => `d${i}`).join('/')}`, 'trap-deep-path'],
    [`/?${Array.from({ length: maxParameters + 1 }, (_, i) => `p${i}=1`).join('&')}`, 'trap-many-parameters'],
    ['/?a=1&a=1&a=1', 'trap-repeating-parameter'],
    ['/login?return=%252525252Flogin', 'trap-nested-encoding'],
  ])('takes %s for %s', (path, trap) => {
    expect(pathTrap(shop + path)).toBe(trap)
  })

  it('lets pass what is just within the limits', () => {
    expect(pathTrap(`${shop}/${Array.from({ length: maxPathSegments }, (_, i) => `d${i}`).join('/')}`)).toBeNull()
    expect(pathTrap(`${shop}/?${Array.from({ length: maxParameters }, (_, i) => `p${i}=1`).join('&')}`)).toBeNull()
  })
})

describe('trapKeyOf', () => {
  const keys = (path: string) => trapKeyOf(shop + path).map(({ kind, key }) => `${kind} ${key.slice(shop.length)}`)

  it.each(['/', '/products/1', '/2024/05/12/a-story', '/s?q=2024', '/list?page=2&sort=up', '/years/1'])(
    'counts %s nowhere',
    (path) => {
      expect(keys(path)).toEqual([])
    },
  )

  it.each([
    [['/events/2024/05/', '/events/2031/12'], 'calendar /events/#/#'],
    [['/events/2024-05-12', '/events/1999-01-01'], 'calendar /events/#-#-#'],
    [['/cal?month=5&year=2024', '/cal?month=12&year=9999'], 'calendar /cal?month&year'],
    [['/room?date=2024-05-12', '/room?date=20240513'], 'calendar /room?date'],
    [['/s?a=1&b=2&c=3', '/s?a=4&b=5&c=6&c=7'], 'facets /s?a&b&c'],
    [['/1/2/3/4/5/6/7/8/9', '/1/2/3/4/5/6/7/8/10/11'], 'deep /1/2/3/4/5/6/7/8'],
  ])('counts %j together', (paths, key) => {
    for (const path of paths) expect(keys(path).map((k) => k.replace(/[/?]*$/, ''))).toEqual([key])
  })
})
