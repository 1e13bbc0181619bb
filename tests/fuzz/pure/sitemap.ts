import { gzipSync } from 'node:zlib'
import { parseSitemap, type SitemapEntry } from '@seine/extract'
import { canonicalUrl } from '@seine/urls'
import type { ReadCases } from '../conformance.ts'
import { mutateBytes, mutateText, pieced } from '../mutate.ts'
import { fine, firstOf, type PureTarget, wrong } from './target.ts'

const maxUrls = 500
const maxBytes = 2_000_000
const maxAlternates = 200
const maxPieces = 2_000
const url = 'https://shop.test/maps/sitemap.xml'

/** Sitemaps of every kind, gzipped or not: they are the same however the bytes arrive, and within their limits. */
export function makeSitemapTarget(readCases: ReadCases): PureTarget {
  const cases = [...readCases<Case>('sitemaps/crawler-commons.json'), ...readCases<Case>('sitemaps/scrapy.json')].map(
    textOf,
  )
  const attacks = readCases<{ xml: string }>('security/xml-attacks.json').map(({ xml }) => xml)
  const texts = [...seeds, ...cases, ...attacks]
  return {
    name: 'sitemap',
    // Read twice, and up to so much comes out of a gzipped one.
    budget: { fixedMs: 500, msPerMb: 600 },
    make(random) {
      const pick = () => (random.chance(0.1) ? pieced(pieces, random.int(300), random) : random.pick(texts))
      const text = mutateText(pick(), pick(), { pieces }, random)
      const bytes = mutateBytes(
        Buffer.from(text, random.pick(['utf8', 'utf8', 'utf8', 'latin1', 'utf16le'] as const)),
        random,
      )
      return random.chance(0.2) ? mutateBytes(gzipSync(bytes, { level: 1 }), random) : bytes
    },
    async check(input) {
      const whole = await read(input, input.length || 1)
      const pieceBytes = 1 + (input.length % 997) + Math.floor(input.length / maxPieces)
      const inPieces = await read(input, pieceBytes)
      // How much of damaged gzip comes out before the damage is zlib's to say.
      const isDamaged = [whole, inPieces].some(({ output }) => output.includes('"bad-gzip"'))
      if (whole.output !== inPieces.output && !isDamaged)
        return wrong(`pieces: other entries from pieces of ${pieceBytes} bytes`)
      if (whole.entries.length > maxUrls) return wrong(`limit: ${whole.entries.length} entries`)
      const problem = firstOf(whole.entries.map(problemOf))
      return problem === null ? fine(whole.output) : wrong(problem)
    },
  }
}

async function read(input: Uint8Array, pieceBytes: number): Promise<{ entries: SitemapEntry[]; output: string }> {
  async function* chunks() {
    for (let at = 0; at < input.length; at += pieceBytes) yield input.subarray(at, at + pieceBytes)
  }
  const sitemap = parseSitemap(chunks(), { url, contentType: 'application/xml', maxUrls, maxBytes })
  const entries = await Array.fromAsync(sitemap)
  const summary = sitemap.summary()
  // A page instead of a sitemap, and what comes after the last entry that is wanted, is read no further than it takes to see that: what
  // else is wrong there depends on the pieces.
  const isCut = summary.problems.includes('max-urls')
  const told = summary.kind === 'html' ? 'html' : isCut ? { ...summary, problems: 'max-urls' } : summary
  return { entries, output: JSON.stringify([entries, told]) }
}

function problemOf({ url: location, lastmod, priority, alternates, changefreq }: SitemapEntry): string | null {
  if (canonicalUrl(location) !== location) return `url: ${location} is not canonical`
  if (lastmod !== null && Number.isNaN(Date.parse(lastmod))) return `lastmod: ${lastmod} is no date`
  if (priority !== null && !(priority >= 0 && priority <= 1)) return `priority: ${priority}`
  if (alternates.length > maxAlternates) return `alternates: ${alternates.length}`
  if ((changefreq?.length ?? 0) > 20) return `changefreq: ${changefreq}`
  return firstOf(
    alternates.map((alternate) => (canonicalUrl(alternate.url) === alternate.url ? null : `url: ${alternate.url}`)),
  )
}

interface Case {
  readonly text?: string
  readonly base64?: string
}
const textOf = ({ text, base64 }: Case): string => text ?? Buffer.from(base64 ?? '', 'base64').toString('latin1')

const seeds = [
  `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url><loc>https://shop.test/a</loc><lastmod>2026-01-02T03:04:05+01:00</lastmod><changefreq>daily</changefreq><priority>0.8</priority>
<xhtml:link rel="alternate" hreflang="de" href="https://shop.test/de/a"/></url><url><loc>/b?x=1&amp;y=2</loc></url></urlset>`,
  `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://shop.test/maps/1.xml.gz</loc><lastmod>2026</lastmod></sitemap></sitemapindex>`,
  `<rss version="2.0"><channel><link>https://shop.test/</link><item><link>https://shop.test/n</link><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate></item></channel></rss>`,
  `<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://shop.test/e"/><updated>2026-01-05</updated></entry></feed>`,
  'https://shop.test/1\nhttps://shop.test/2\r\n\n# no\n/3',
  '<!doctype html><html><body>Not found</body></html>',
]

const pieces = [
  ...[
    '<url>',
    '</url>',
    '<loc>',
    '</loc>',
    '<lastmod>',
    '</lastmod>',
    '<priority>',
    '</priority>',
    '<urlset>',
    '</urlset>',
  ],
  ...[
    '<sitemap>',
    '</sitemap>',
    '<sitemapindex>',
    '<rss>',
    '<channel>',
    '<item>',
    '<feed>',
    '<entry>',
    '<link>',
    '<link href="/x"/>',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!DOCTYPE x [',
    '<!ENTITY a "b">',
    ']>',
    '&a;',
    '&amp;',
    '&#38;',
    '&#xFFFFFF;',
    '&lt;',
  ],
  ...[
    '<x:loc>',
    '</x:loc>',
    '<image:loc>',
    '<xhtml:link rel="alternate" hreflang="',
    '" href="',
    '"/>',
    "'",
    '"',
    '<',
    '>',
    '/',
    '=',
  ],
  ...[
    'https://shop.test/',
    'http://[',
    '//other.test/x',
    'ftp://a/',
    '\n',
    ' ',
    '\0',
    '2026-13-45',
    '2026-01-01T25:00Z',
    'W3C',
    '\ufeff',
    '<html>',
  ],
  ...['<?xml version="1.0" encoding="utf-16"?>', '<?xml version="1.0" encoding="iso-8859-1"?>', 'x'.repeat(9_000)],
]
