/** A page as it is served in one generation of its site. A page that is not there is answered 404. */
export interface ServedPage {
  /** With a slash in front. */
  readonly path: string
  readonly status: number
  /** What is sent; empty for a redirect. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Silence before it is sent. */
  readonly delayMs: number
  /** The first so many visits of a generation are answered otherwise: with this status, and nothing else. */
  readonly firstVisits?: { readonly count: number; readonly status: number; readonly retryAfterS: number }
}

/** A site of the chaos world: `<name>.chaos.test`. */
export interface ChaosSite {
  readonly name: string
  readonly about: string
  /** Of its policy: what the server's log is held against. */
  readonly pace: { readonly ratePerSecond: number; readonly burst: number; readonly concurrency: number }
  /** What its entry in `sites.json` says besides name, start and policy. */
  readonly entry: Readonly<Record<string, unknown>>
  /** Whether its sitemap lists all pages of a generation. False: links lead to them, and it has none. */
  readonly hasSitemap: boolean
  /** Its pages by path, the home page `/` among them. */
  pages(generation: number, origin: string): ReadonlyMap<string, ServedPage>
}

interface PageText {
  readonly path: string
  readonly title: string
  readonly origin: string
  readonly links?: readonly string[]
  readonly price?: string
  /** Bytes of text besides. */
  readonly padding?: number
}

/** HTML of a page. What is read out of it later is written in one place each. */
export function htmlOf({ path, title, origin, links = [], price, padding = 0 }: PageText): string {
  const offer = { '@type': 'Offer', price, priceCurrency: 'EUR', availability: 'https://schema.org/InStock' }
  const product = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: title,
    sku: path.slice(1),
    offers: offer,
  }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="description" content="About ${title}, which is here for a test.">
<link rel="canonical" href="${origin}${path}">
${price === undefined ? '' : `<script type="application/ld+json">${JSON.stringify(product)}</script>`}
</head><body><h1>${title}</h1>
${links.map((href) => `<a href="${href}">${href}</a>`).join('\n')}
<p>${'Words of no meaning follow each other. '.repeat(Math.ceil(padding / 39))}</p>
</body></html>
`
}

export const ok = (text: PageText, more: Partial<ServedPage> = {}): ServedPage => ({
  path: text.path,
  status: 200,
  body: htmlOf(text),
  headers: {},
  delayMs: 25,
  ...more,
})

export const redirect = (path: string, location: string, status = 301): ServedPage => ({
  path,
  status,
  body: '',
  headers: { location },
  delayMs: 10,
})
