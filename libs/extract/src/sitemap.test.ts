import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMsOf } from './cpu-time.fixture.ts'
import type { SitemapEntry, SitemapOptions, SitemapSummary } from './sitemap.ts'
import { defaultSitemapUrl, parseSitemap } from './sitemap.ts'
import { maxTokenChars } from './sitemap-tokens.ts'

type Body = string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

async function read(
  body: Body,
  options: Partial<SitemapOptions> = {},
): Promise<SitemapSummary & { urls: string[]; all: SitemapEntry[] }> {
  const chunks = typeof body === 'string' || body instanceof Uint8Array ? [Buffer.from(body)] : body
  const sitemap = parseSitemap(chunks, {
    url: 'https://shop.test/maps/sitemap.xml',
    contentType: null,
    maxUrls: 50_000,
    maxBytes: 50_000_000,
    ...options,
  })
  const all = await Array.fromAsync(sitemap)
  return { ...sitemap.summary(), all, urls: all.map((entry) => entry.url) }
}

const url = (loc: string) => `<url><loc>${loc}</loc></url>`
const urlset = (inner: string) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas">${inner}</urlset>`
const numbered = (count: number) =>
  urlset(Array.from({ length: count }, (_, i) => url(`https://shop.test/${i}`)).join(''))

describe('parseSitemap', () => {
  it('gives every field of an entry', async () => {
    const { all, kind, problems } = await read(
      urlset(`<url><loc>https://shop.test/a?b=1&amp;c=2</loc><lastmod>2024-05-01T10:00:00+02:00</lastmod>
        <changefreq>Daily</changefreq><priority>0.8</priority>
        <xhtml:link rel="alternate" hreflang="de" href="/de/a"/></url>`),
    )
    expect(kind).toBe('urlset')
    expect(problems).toEqual([])
    expect(all).toEqual([
      {
        kind: 'page',
        url: 'https://shop.test/a?b=1&c=2',
        otherHost: false,
        lastmod: '2024-05-01T08:00:00Z',
        changefreq: 'daily',
        priority: 0.8,
        alternates: [{ hreflang: 'de', url: 'https://shop.test/de/a' }],
      },
    ])
  })

  it('reads an index, and says so of each entry', async () => {
    const { all, kind } = await read('<sitemapindex><sitemap><loc>/a.xml.gz</loc></sitemap></sitemapindex>')
    expect(kind).toBe('index')
    expect(all).toMatchObject([{ kind: 'sitemap', url: 'https://shop.test/a.xml.gz' }])
  })

  it('reads RSS: links, permanent guids where there is none, links by attribute', async () => {
    const { urls, kind, all } = await read(`<rss version="2.0"><channel><link>https://shop.test/</link>
      <item><link>https://shop.test/1</link><guid>https://shop.test/g1</guid><pubDate>Mon, 06 May 24 10:00 EST</pubDate></item>
      <item><guid>https://shop.test/2</guid></item>
      <item><guid isPermaLink="false">https://shop.test/3</guid></item>
      <item><atom:link href="https://shop.test/4"/><media:content><link>https://cdn.test/x</link></media:content></item>
      </channel></rss>`)
    expect(kind).toBe('rss')
    expect(urls).toEqual(['https://shop.test/1', 'https://shop.test/2', 'https://shop.test/4'])
    expect(all[0]?.lastmod).toBe('2024-05-06T15:00:00Z')
  })

  it('reads Atom: the first alternate link, the time of the last update', async () => {
    const { all, kind } = await read(`<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://shop.test/"/>
      <entry><published>2020-01-01T00:00:00Z</published><link rel="self" href="/self"/><link href="/1"/><link href="/2"/>
      <updated>2021-01-01T00:00:00Z</updated><source><link href="/3"/><updated>1999-01-01</updated></source></entry></feed>`)
    expect(kind).toBe('atom')
    expect(all).toMatchObject([{ url: 'https://shop.test/1', lastmod: '2021-01-01T00:00:00Z' }])
  })

  it('reads plain text, with a byte order mark, any line ends and lines that are no URLs', async () => {
    const { urls, kind } = await read(
      '\ufeffhttps://shop.test/1\r\n# no\r\n\r\n  HTTPS://shop.test/2 \nnonsense\nhttps://shop.test/3',
    )
    expect(kind).toBe('text')
    expect(urls).toEqual(['https://shop.test/1', 'https://shop.test/2', 'https://shop.test/3'])
  })

  it('takes CDATA, entities, numbers, double escapes and stray ampersands for what they mean', async () => {
    const { urls } = await read(
      urlset(
        url('<![CDATA[https://shop.test/?a=1&b=2]]>') +
          url('https://shop.test/?a=1&b=3') +
          url('https://shop.test/?a=1&#38;b=4') +
          url('https://shop.test/?a=1&amp;amp;b=5') +
          url('https://shop.test/&#xfc;') +
          url('https://shop.test/it&apos;s'),
      ),
    )
    expect(urls).toEqual([
      'https://shop.test/?a=1&b=2',
      'https://shop.test/?a=1&b=3',
      'https://shop.test/?a=1&b=4',
      'https://shop.test/?a=1&b=5',
      'https://shop.test/%C3%BC',
      "https://shop.test/it's",
    ])
  })

  it('says which entries are on other hosts, and leaves out those that are no URLs, with a count', async () => {
    const { all, badUrls, problems } = await read(
      urlset(url('https://shop.test:8443/') + url('mailto:a@shop.test') + url('https://www.shop.test/') + url('')),
    )
    expect(all.map((entry) => [entry.url, entry.otherHost])).toEqual([
      ['https://shop.test:8443/', true],
      ['https://www.shop.test/', true],
    ])
    expect(badUrls).toBe(1)
    expect(problems).toEqual(['bad-url', 'entry-without-url'])
  })

  it('reads sitemap elements whatever their prefix and case, and none of the extensions', async () => {
    const { all } = await read(`<s:urlset xmlns:s="x" xmlns:i="y"><S:URL><s:Loc>https://shop.test/1</s:Loc>
      <i:image><i:loc>https://shop.test/i.png</i:loc></i:image><image:loc>https://shop.test/j.png</image:loc>
      <video:video><video:url>https://shop.test/v</video:url></video:video>
      <s:lastmod>2024-01-01</s:lastmod></S:URL></s:urlset>`)
    expect(all).toMatchObject([{ url: 'https://shop.test/1', lastmod: '2024-01-01' }])
  })
})

describe('parseSitemap, of broken documents', () => {
  it.each([
    ['no root', url('https://shop.test/1') + url('https://shop.test/2')],
    ['an unknown root', `<data>${url('https://shop.test/1') + url('https://shop.test/2')}</data>`],
    ['urls left open', urlset('<url><loc>https://shop.test/1</loc><url><loc>https://shop.test/2</loc>')],
    ['locs left open', urlset('<url><loc>https://shop.test/1</url><url><loc>https://shop.test/2</url>')],
    ['a field inside a loc left open', urlset(`<url><loc>https://shop.test/1<priority>1</priority></url>${url('/2')}`)],
    ['an extension left open', urlset(`<url><loc>/1</loc><image:image></url>${url('/2')}`)],
    ['two locs in one entry', urlset('<url><loc>/1</loc><loc>/2</loc></url>')],
    ['a warning before it', `Warning: mysql_connect() on line 3\n${urlset(url('/1') + url('/2'))}`],
    ['no end', urlset(`${url('/1') + url('/2')}<url><loc>https://shop.test/hal`).replace('</urlset>', '')],
    ['blank space first', `\n\n  ${urlset(url('/1') + url('/2'))}`],
    ['a text after its end', `${urlset(url('/1') + url('/2'))}<!-- 0.1 s --> done`],
  ])('salvages one with %s', async (_, document) => {
    const { urls, kind } = await read(document)
    expect(kind).toBe('urlset')
    expect(urls).toEqual(['https://shop.test/1', 'https://shop.test/2'])
  })

  it.each([
    '<!doctype html><title>Not found</title><url><loc>https://shop.test/</loc></url>',
    '<html><body>404</body></html>',
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="z"><p>404</p></html>',
  ])('knows a page when it sees one: %s', async (document) => {
    const { kind, urls, problems } = await read(document, { contentType: 'application/xml' })
    expect(kind).toBe('html')
    expect(urls).toEqual([])
    expect(problems).toContain('html')
  })

  it.each(['', ' ', '{}', 'User-agent: *', '<svg/>', '\0\0\0\0'])('finds nothing in %j', async (document) => {
    const { kind, urls, problems } = await read(document)
    expect(kind).toBe('unknown')
    expect(urls).toEqual([])
    expect(problems).toEqual(['not-a-sitemap'])
  })

  it('says that a date is none', async () => {
    const { all, problems } = await read(urlset('<url><loc>/1</loc><lastmod>yesterday</lastmod></url>'))
    expect(all[0]?.lastmod).toBeNull()
    expect(problems).toEqual(['bad-date'])
  })
})

describe('parseSitemap, of bytes', () => {
  const document = `<?xml version="1.0" encoding="iso-8859-1"?><urlset>${url('https://shop.test/ü')}</urlset>`
  const utf16le = Buffer.from(document, 'utf16le')
  it.each([
    ['UTF-8 by its mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(document)]), null],
    ['UTF-16LE by its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16le]), 'text/xml; charset=utf-8'],
    ['UTF-16BE by its mark', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16le).swap16()]), null],
    ['UTF-16LE by its zeros', utf16le, null],
    ['UTF-16BE by its zeros', Buffer.from(utf16le).swap16(), null],
    ['the declared encoding', Buffer.from(document, 'latin1'), null],
    ["the content type's charset", Buffer.from(document), 'application/xml; charset="UTF-8"'],
    ['UTF-8 where UTF-16 is claimed', Buffer.from(document.replace('iso-8859-1', 'utf-16')), null],
    ['UTF-8 where nonsense is claimed', Buffer.from(document.replace('iso-8859-1', 'nonsense')), 'text/xml; charset=x'],
  ])('decodes %s', async (_, body, contentType) => {
    const { urls } = await read(body, { contentType })
    expect(urls).toEqual(['https://shop.test/%C3%BC'])
  })

  it('gunzips what starts as gzip does, whatever its type', async () => {
    const { urls } = await read(gzipSync(numbered(3)), { contentType: 'text/html' })
    expect(urls).toHaveLength(3)
  })

  it('keeps what a damaged gzip holds up to the damage', async () => {
    const whole = gzipSync(Buffer.from(numbered(20_000)))
    const { urls, truncated, problems } = await read(whole.subarray(0, whole.length - 2_000))
    expect(urls.length).toBeGreaterThan(1_000)
    expect(truncated).toBe(true)
    expect(problems).toContain('bad-gzip')
  })

  it('stops a gzip bomb at maxBytes', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))
    const { urls, truncated, problems } = await read(bomb, { maxBytes: 1_000_000 })
    expect(urls).toEqual([])
    expect(truncated).toBe(true)
    expect(problems).toContain('max-bytes')
  })

  it('throws what the source throws, gzip or not, after what came before', async () => {
    async function* broken(body: Uint8Array) {
      yield body.subarray(0, body.length - 20)
      throw new Error('connection reset')
    }
    await expect(read(broken(Buffer.from(numbered(9_000))))).rejects.toThrow('connection reset')
    await expect(read(broken(gzipSync(numbered(9_000))))).rejects.toThrow('connection reset')
  })

  it('lets the source go when the reader stops', async () => {
    let released = 0
    async function* endless(first: Uint8Array) {
      try {
        yield first
        for (;;) yield Buffer.from(url('https://shop.test/x').repeat(1_000))
      } finally {
        released++
      }
    }
    expect((await read(endless(Buffer.from('<urlset>')), { maxUrls: 10 })).urls).toHaveLength(10)
    for await (const _ of parseSitemap(endless(Buffer.from('<urlset>')), {
      url: 'https://shop.test/',
      contentType: null,
      maxUrls: 10,
      maxBytes: 1e9,
    })) {
      break
    }
    expect(released).toBe(2)
  })

  it('takes a document for the same kind whether it comes at once or not', async () => {
    const body = Buffer.from(`${'x'.repeat(6_000)}<urlset>${url('https://shop.test/a')}</urlset>`)
    const pieces = [body.subarray(0, 5_000), body.subarray(5_000)]
    expect(await read(pieces)).toEqual(await read(body))
  })

  it('gives the same whatever the pieces it comes in', async () => {
    const bodies = [
      Buffer.from(
        `\ufeff${urlset(`${url('https://shop.test/ü?a&amp;b')}<!-- c --><url><loc><![CDATA[/d]]></loc></url>`)}`,
      ),
      Buffer.from('https://shop.test/ü\nhttps://shop.test/2\r\nno'),
      gzipSync(numbered(50)),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(urlset(url('/ü') + url('/x&#252;')), 'utf16le')]),
    ]
    const wholes = await Promise.all(bodies.map((body) => read(body)))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bodies.length - 1),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        async (which, sizes) => {
          const body = bodies[which] as Buffer
          const pieces: Buffer[] = []
          for (let at = 0, turn = 0; at < body.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1
            pieces.push(body.subarray(at, at + size))
            at += size
          }
          expect(await read(pieces)).toEqual(wholes[which])
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('parseSitemap, at its limits', () => {
  it('gives maxUrls entries exactly, and says whether there were more', async () => {
    expect(await read(numbered(7), { maxUrls: 7 })).toMatchObject({ entries: 7, truncated: false, problems: [] })
    expect(await read(numbered(8), { maxUrls: 7 })).toMatchObject({
      entries: 7,
      truncated: true,
      problems: ['max-urls'],
    })
  })

  it('reads maxBytes exactly, and never gives a URL that is cut', async () => {
    const text = 'https://shop.test/1\nhttps://shop.test/22'
    expect(await read(text, { maxBytes: text.length })).toMatchObject({ entries: 2, truncated: false })
    expect(await read(text, { maxBytes: text.length - 1 })).toMatchObject({ entries: 1, truncated: true })
    const xml = numbered(2)
    expect(await read(xml, { maxBytes: xml.length })).toMatchObject({ entries: 2, truncated: false })
    expect(await read(xml, { maxBytes: xml.indexOf('/1<') + 1 })).toMatchObject({
      entries: 1,
      truncated: true,
      problems: expect.arrayContaining(['max-bytes']),
    })
  })

  it('does not expand entities, by name or by number of them', async () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
    const { urls, problems } = await read(
      `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>${urlset(url('https://shop.test/&l9;') + url('&l9;'))}`,
    )
    expect(urls).toEqual(['https://shop.test/'])
    expect(problems).toContain('entities-ignored')
  })

  it('gives up on a token longer than maxTokenChars, and holds no more than that', async () => {
    async function* endless() {
      yield Buffer.from(`<urlset>${url('https://shop.test/1')}<!--`)
      for (let i = 0; i < 10_000; i++) yield Buffer.alloc(65_536, 'x')
    }
    const { urls, truncated, problems } = await read(endless(), { maxBytes: 1e9 })
    expect(urls).toEqual(['https://shop.test/1'])
    expect(truncated).toBe(true)
    expect(problems).toContain('token-too-long')
    const comment = `<!--${'x'.repeat(maxTokenChars - 100)}-->`
    expect((await read(urlset(comment + url('https://shop.test/1')))).urls).toHaveLength(1)
  })

  it('holds no more of an attribute than a URL may have, in whatever pieces it comes', async () => {
    const before = process.memoryUsage().heapUsed
    let mostBytes = 0
    async function* pieces() {
      yield Buffer.from('<urlset><url><xhtml:link rel="alternate" hreflang="de" href="https://shop.test/')
      for (let i = 0; i < 1_500; i++) {
        yield Buffer.alloc(500, 'x')
        mostBytes = Math.max(mostBytes, process.memoryUsage().heapUsed - before)
      }
      yield Buffer.from(`"/>${url('https://shop.test/1')}</url></urlset>`)
    }
    const { urls } = await read(pieces())
    expect(urls).toEqual(['https://shop.test/1'])
    expect(mostBytes).toBeLessThan(100_000_000)
  })

  it.each([
    ['opened for ever', '<a>'.repeat(300_000)],
    ['opened, then closed by other names', '<a>'.repeat(150_000) + '</b>'.repeat(150_000)],
    ['opened inside an entry', `<urlset><url>${'<a>'.repeat(150_000)}${'</b>'.repeat(150_000)}`],
    ['one tag of attributes', `<urlset><link ${'a=b '.repeat(200_000)}/>`],
    ['a loc without end', `<urlset><url><loc>${'x'.repeat(900_000)}</loc></url>`],
    ['a line without end', `https://shop.test/${'x'.repeat(900_000)}\n`],
  ])('takes linear time over tags %s', async (_, document) => {
    let urls: unknown
    expect(await cpuMsOf(async () => ({ urls } = await read(document)))).toBeLessThan(2_000)
    expect(urls).toEqual([])
  })
})

describe('defaultSitemapUrl', () => {
  it('is at the root of the site', () => {
    expect(defaultSitemapUrl('https://shop.test:8443/a/b?c')).toBe('https://shop.test:8443/sitemap.xml')
  })
})
