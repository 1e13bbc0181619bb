import { pageRecordSchema, recordLimits, siteFieldsSchema } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import { readPage } from '@seine/pages'
import { canonicalUrl } from '@seine/urls'
import { z } from 'zod'
import type { ReadCases } from '../conformance.ts'
import { mutateBytes, mutateText, pieced } from '../mutate.ts'
import type { Random } from '../random.ts'
import { htmlPieces } from './html-pieces.ts'
import { htmlSeeds } from './html-seeds.ts'
import { fine, firstOf, type PureTarget, type Verdict, wrong } from './target.ts'

const pageUrl = 'https://shop.test/a/b?c=d'
const siteHosts = new Set(['shop.test', 'www.shop.test'])
/** The broker takes messages of 1 MiB; a result has more in it than its record. */
const maxRecordBytes = 1_000_000

/** Selectors of each kind, as a site may have them. */
const fields = siteFieldsSchema.parse([
  { name: 'name', css: 'h1, [itemprop=name]' },
  { name: 'price', css: '.price, [itemprop="price"]', type: 'price' },
  { name: 'all', css: 'a[href]', attribute: 'href', list: true, type: 'url' },
  { name: 'second', xpath: '//li[2]//text()', list: true },
  { name: 'state', jsonPath: '$..offers[*].price', list: true, type: 'json' },
  { name: 'digits', css: 'body', regex: '(\\d+)[^\\d]+(\\d+)', transform: ['digits'], type: 'number' },
])

const contentTypes = [
  'text/html; charset=utf-8',
  'text/html',
  'text/html; charset=windows-1251',
  'text/html; charset=shift_jis',
  'text/html;charset="utf-16le"',
  'application/xhtml+xml',
  'text/html; charset=x-user-defined',
  'text/html; charset=\0',
]

/** Pages: markup, encodings, headers, structured data and selectors. An input is a line of JSON with the headers, then the body. */
export function makeHtmlTarget(readCases: ReadCases): PureTarget {
  return makePageTarget({ name: 'html', mutate: makeHtml(readCases), fields: null, budget: pageBudget })
}

/** The same with selectors of each kind: their engines build a tree of the page first. */
export function makeFieldsTarget(readCases: ReadCases): PureTarget {
  const reader = makeFieldReader(fields)
  return makePageTarget({
    name: 'fields',
    mutate: makeHtml(readCases),
    fields: reader,
    budget: { fixedMs: 100, msPerMb: 2_500 },
  })
}

export const pageBudget = { fixedMs: 50, msPerMb: 250 }

export function makePageTarget({
  name,
  mutate,
  fields: reader,
  budget,
}: Pick<PureTarget, 'name' | 'budget'> & {
  mutate: (random: Random) => string
  fields: ReturnType<typeof makeFieldReader> | null
}): PureTarget {
  return {
    name,
    budget,
    make(random) {
      const charset = random.pick(['utf8', 'utf8', 'utf8', 'latin1', 'utf16le'] as const)
      const headers: Record<string, string> = { 'content-type': random.pick(contentTypes) }
      if (random.chance(0.3))
        for (const header of ['link', 'set-cookie', 'x-robots-tag', 'content-language', 'content-security-policy'])
          headers[header] = pieced(headerPieces, 1 + random.int(12), random)
      const body = mutateBytes(Buffer.from(mutate(random), charset), random)
      return Buffer.concat([Buffer.from(`${JSON.stringify(headers)}\n`), body])
    },
    async check(input) {
      const { headers, body } = partsOf(input)
      const page = { url: pageUrl, depth: 1, status: 200, headers, body, truncated: false }
      const measured = { transferredBytes: body.length, ttfbMs: 1, durationMs: 2, fetchedAtMs: 0 }
      const { record, links } = readPage({ ...page, ...measured }, { siteHosts, fields: await reader, isPage: true })
      return judge(record, links)
    },
  }
}

function judge(record: ReturnType<typeof readPage>['record'], links: ReturnType<typeof readPage>['links']): Verdict {
  const parsed = pageRecordSchema.safeParse(record)
  if (!parsed.success) return wrong(`schema: ${z.prettifyError(parsed.error).slice(0, 300)}`)
  const text = JSON.stringify(record)
  if (Buffer.byteLength(text) > maxRecordBytes) return wrong(`size: a record of ${Buffer.byteLength(text)} bytes`)
  if (links.length > recordLimits.maxLinks) return wrong(`size: ${links.length} links`)
  const badLink = firstOf(
    links.map(({ url }) => (canonicalUrl(url) === url ? null : `link: ${url} becomes ${canonicalUrl(url)}`)),
  )
  return badLink === null ? fine(text + JSON.stringify(links)) : wrong(badLink)
}

function partsOf(input: Uint8Array): { headers: Record<string, string>; body: Uint8Array } {
  const end = input.indexOf(10)
  try {
    const headers = JSON.parse(Buffer.from(input.subarray(0, Math.max(0, end))).toString()) as Record<string, string>
    return { headers: z.record(z.string(), z.string()).parse(headers), body: input.subarray(end + 1) }
  } catch {
    // An input that was made smaller: all of it is the body.
    return { headers: { 'content-type': 'text/html' }, body: input }
  }
}

function makeHtml(readCases: ReadCases): (random: Random) => string {
  const pages = readCases<{ html: string }>('structured/product-pages-1.jsonl.gz').map(({ html }) => html)
  const encoded = readCases<{ bodyBase64: string }>('charset/html5lib-encoding.json')
  const small = [...htmlSeeds, ...encoded.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString('latin1'))]
  return (random) => {
    if (random.chance(0.15)) return pieced(htmlPieces, random.int(400), random)
    // Real pages are large: most inputs begin with a small one, or with a part of a large one.
    const seed = () => {
      if (pages.length === 0 || random.chance(0.6)) return random.pick(small)
      const page = random.pick(pages)
      const from = random.chance(0.2) ? 0 : random.int(page.length)
      return page.slice(from, from + random.pick([2_000, 20_000, 400_000]))
    }
    return mutateText(seed(), seed(), { pieces: htmlPieces }, random)
  }
}

const headerPieces = [
  '<https://shop.test/x>',
  '; rel="canonical"',
  "; rel='next prev'",
  '; hreflang=de',
  ',',
  ';',
  '=',
  '"',
  '<',
  'noindex',
  'otherbot:',
  'a=b; Secure; HttpOnly',
  'default-src',
  '\n',
  'é',
  ' ',
  "'none'",
]
