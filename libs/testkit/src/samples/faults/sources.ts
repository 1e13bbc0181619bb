import { gzipSync } from 'node:zlib'
import { html, redirect, type SampleAnswer, type SampleHost, text, xml } from '../host.ts'
import { sitemapIndex, urlset } from '../markup.ts'
import { type Fault, faultHost, inTurn, repeat, sound } from './fault-host.ts'

const pages = 8
/** 400 KB without a line break. */
const noise = Buffer.from(
  Array.from({ length: 400_000 }, (_, i) => (i * i * 31 + 7) % 256).map((byte) =>
    byte === 10 || byte === 13 ? 0 : byte,
  ),
)

/** A host that is well but for the sitemaps its robots.txt names. */
function withSitemaps(
  fault: Pick<Fault, 'name' | 'about'>,
  sitemaps: Record<string, (origin: string) => SampleAnswer>,
): SampleHost {
  return faultHost({
    ...fault,
    pages,
    robots: ({ origin }) =>
      text(
        `User-agent: *\nAllow: /\n${Object.keys(sitemaps)
          .map((path) => `Sitemap: ${origin}${path}\n`)
          .join('')}`,
      ),
    other: (request) => sitemaps[request.path]?.(request.origin) ?? sound(request, request.path),
  })
}

/** Hosts whose robots.txt or sitemap is broken. */
export function sourceFaults(): SampleHost[] {
  const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20))
  return [
    faultHost({ name: 'robots-500', about: 'robots.txt answers 500', robots: () => html('', 500) }),
    faultHost({
      name: 'robots-endless',
      about: 'a robots.txt without an end, rules first',
      pages,
      robots: () => ({
        ...text(''),
        body: inTurn([Buffer.from('User-agent: *\nDisallow: /page/1\n')], repeat('# filler\n'.repeat(1_000))),
      }),
    }),
    faultHost({
      name: 'robots-binary',
      about: 'a robots.txt of 400 KB of noise without a line break',
      pages,
      robots: () => ({ ...text(''), body: noise }),
    }),
    faultHost({
      name: 'robots-loop',
      about: 'robots.txt redirects to itself',
      pages,
      robots: () => redirect('/robots.txt'),
    }),
    withSitemaps(
      { name: 'sitemap-bomb', about: 'a sitemap.xml.gz that unpacks to 200 MB' },
      { '/sitemap.xml.gz': () => ({ status: 200, headers: { 'content-type': 'application/gzip' }, body: bomb }) },
    ),
    withSitemaps(
      { name: 'sitemap-maze', about: 'sitemaps that index each other, are HTML, cut short, missing, or never end' },
      {
        '/a.xml': (origin) => xml(sitemapIndex([`${origin}/b.xml`, `${origin}/a.xml`])),
        '/b.xml': (origin) => xml(sitemapIndex([`${origin}/a.xml`, `${origin}/gone.xml`, `${origin}/html.xml`])),
        '/html.xml': () => html('<!doctype html><title>Oops</title>'),
        '/gone.xml': () => html('', 404),
        '/cut.xml': (origin) => xml(urlset([{ loc: `${origin}/page/1` }, { loc: `${origin}/page/2` }]).slice(0, -40)),
        '/endless.xml': (origin) => ({ ...xml(''), body: numberedUrls(origin) }),
      },
    ),
  ]
}

async function* numberedUrls(origin: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
  for (let first = 1; ; first += 100) {
    const urls = Array.from({ length: 100 }, (_, i) => `<url><loc>${origin}/endless/${first + i}</loc></url>\n`)
    yield Buffer.from(urls.join(''))
  }
}
