import { createHash } from 'node:crypto'
import { type ChaosSite, ok, redirect, type ServedPage } from './page.ts'

/** Sites that change from generation to generation, each in a way that its run's reports have to show. */

const byPath = (pages: readonly ServedPage[]): Map<string, ServedPage> =>
  new Map(pages.map((page) => [page.path, page]))
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

/** Prices move, products come and go; validators are honoured. */
const shop: ChaosSite = {
  name: 'shop',
  about: 'products whose prices change, that come and go, with ETags',
  pace: { ratePerSecond: 6, burst: 4, concurrency: 4 },
  entry: { followLinks: false },
  hasSitemap: true,
  pages(generation, origin) {
    const there = numbers(110).filter((n) => (n * 7 + generation) % 11 !== 0)
    const products = there.map((n) => {
      const cents = 1_000 + n * 10 + ((n + generation) % 7 === 0 ? generation % 90 : 0)
      const price = (cents / 100).toFixed(2)
      const page = ok({ path: `/product/${n}`, title: `Product ${n}`, origin, price })
      return { ...page, headers: { etag: `"${createHash('md5').update(page.body).digest('hex')}"` } }
    })
    return byPath([ok({ path: '/', title: 'Shop', origin }), ...products])
  },
}

/** No sitemap: each page links to the next ones. */
const tree: ChaosSite = {
  name: 'tree',
  about: 'pages that only links lead to',
  pace: { ratePerSecond: 4, burst: 1, concurrency: 2 },
  entry: { sitemaps: [] },
  hasSitemap: false,
  pages(generation, origin) {
    const pathOf = (n: number) => (n === 0 ? '/' : `/node/${n}`)
    return byPath(
      numbers(70).map((place) => {
        const n = place - 1
        const links = [3 * n + 1, 3 * n + 2, 3 * n + 3].filter((child) => child < 70).map(pathOf)
        const version = (n + generation) % 5 === 0 ? `, edition ${generation}` : ''
        return ok({ path: pathOf(n), title: `Node ${n}${version}`, origin, links })
      }),
    )
  },
}

/** Slow enough that its concurrency is what holds it back. */
const slow: ChaosSite = {
  name: 'slow',
  about: 'pages that take 700 ms, three at once',
  pace: { ratePerSecond: 20, burst: 5, concurrency: 3 },
  entry: {},
  hasSitemap: true,
  pages: (_generation, origin) =>
    byPath([
      ok({ path: '/', title: 'Slow', origin }),
      ...numbers(60).map((n) => ok({ path: `/nap/${n}`, title: `Nap ${n}`, origin }, { delayMs: 700 })),
    ]),
}

/** One at a time. */
const single: ChaosSite = {
  name: 'single',
  about: 'one request at a time',
  pace: { ratePerSecond: 3, burst: 1, concurrency: 1 },
  entry: {},
  hasSitemap: true,
  pages: (_generation, origin) =>
    byPath([
      ok({ path: '/', title: 'Single', origin }),
      ...numbers(50).map((n) => ok({ path: `/step/${n}`, title: `Step ${n}`, origin }, { delayMs: 60 })),
    ]),
}

/** Errors that heal, errors that stay, pages that are gone, redirects. Which ones changes. */
const troubled: ChaosSite = {
  name: 'troubled',
  about: '503 that heal, 500 that stay for a generation, 410 and redirects',
  pace: { ratePerSecond: 8, burst: 3, concurrency: 4 },
  entry: {},
  hasSitemap: true,
  pages(generation, origin) {
    const rooms = numbers(60).map((n): ServedPage => {
      const path = `/room/${n}`
      if (n % 20 === 7) return redirect(path, `${origin}/room/${n + 1}`)
      const page = ok({ path, title: `Room ${n}`, origin })
      if ((n + generation) % 17 === 3) return { ...page, status: 500, body: '<title>Broken</title>' }
      if ((n + generation) % 19 === 5) return { ...page, status: 410, body: '<title>Gone</title>' }
      if (n % 13 === 6) return { ...page, firstVisits: { count: 1, status: 503, retryAfterS: 1 } }
      return page
    })
    return byPath([ok({ path: '/', title: 'Troubled', origin }), ...rooms])
  },
}

/** What is answered is kept as WARC files. */
const kept: ChaosSite = {
  name: 'kept',
  about: 'pages that are stored',
  pace: { ratePerSecond: 5, burst: 2, concurrency: 4 },
  entry: { storePages: true },
  hasSitemap: true,
  pages: (generation, origin) =>
    byPath([
      ok({ path: '/', title: 'Kept', origin }),
      ...numbers(50).map((n) => ok({ path: `/sheet/${n}`, title: `Sheet ${n} of ${generation}`, origin })),
    ]),
}

/** Bodies that take long on a slow link and make artifacts of some size. */
const heavy: ChaosSite = {
  name: 'heavy',
  about: 'pages of 200 KB',
  pace: { ratePerSecond: 4, burst: 2, concurrency: 3 },
  entry: {},
  hasSitemap: true,
  pages: (_generation, origin) =>
    byPath([
      ok({ path: '/', title: 'Heavy', origin }),
      ...numbers(40).map((n) => ok({ path: `/tome/${n}`, title: `Tome ${n}`, origin, padding: 200_000 })),
    ]),
}

/** Has links, a redirect and a sitemap entry to an address that nobody may ask. */
const leaking: ChaosSite = {
  name: 'leaking',
  about: 'leads to an address that may not be asked: link, redirect, sitemap',
  pace: { ratePerSecond: 3, burst: 1, concurrency: 2 },
  entry: {},
  hasSitemap: true,
  pages: (_generation, origin) =>
    byPath([
      ok({ path: '/', title: 'Leaking', origin, links: ['/leak/1', forbiddenUrl('linked', origin)] }),
      redirect('/leak/1', forbiddenUrl('redirected', origin)),
      ...numbers(20).map((n) => ok({ path: `/drip/${n}`, title: `Drip ${n}`, origin })),
    ]),
}

/** A host of the world whose address may not be asked; it belongs to the site `leaking`. */
export const forbiddenHost = 'forbidden.chaos.test'

export const chaosSites: readonly ChaosSite[] = [shop, tree, slow, single, troubled, kept, heavy, leaking]

export const chaosDomain = 'chaos.test'

export function siteOfHost(host: string): ChaosSite | undefined {
  return chaosSites.find(({ name }) => host.split(':')[0] === `${name}.${chaosDomain}`)
}

/** Paths that its sitemap lists, absolute. */
export function sitemapOf(site: ChaosSite, generation: number, origin: string): string[] {
  const paths = [...site.pages(generation, origin).keys()]
  const own = paths.map((path) => origin + path)
  return site === leaking ? [...own, forbiddenUrl('listed', origin)] : own
}

function forbiddenUrl(path: string, origin: string): string {
  return `http://${forbiddenHost}:${new URL(origin).port}/${path}`
}
