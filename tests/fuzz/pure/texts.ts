import { maxAmount, parsePrice } from '@seine/extract'
import { canonicalUrl, hostOf, maxUrlChars } from '@seine/urls'
import type { ReadCases } from '../conformance.ts'
import { type Grammar, mutateText, pieced } from '../mutate.ts'
import { fine, type PureTarget, type Verdict, wrong } from './target.ts'

/** Text as JSON, so that what is no text (half a surrogate) can be kept in a file. */
function textTarget(
  name: string,
  texts: readonly string[],
  grammar: Grammar,
  judge: (text: string) => Verdict,
): PureTarget {
  return {
    name,
    budget: { fixedMs: 50, msPerMb: 250 },
    make(random) {
      const pick = () => (random.chance(0.2) ? pieced(grammar.pieces, random.int(60), random) : random.pick(texts))
      return Buffer.from(JSON.stringify(mutateText(pick(), pick(), grammar, random)))
    },
    async check(input) {
      const text = Buffer.from(input).toString('utf8')
      let parsed: unknown = text
      try {
        parsed = JSON.parse(text)
      } catch {
        // An input that was made smaller: it is the text itself.
      }
      return judge(typeof parsed === 'string' ? parsed : text)
    },
  }
}

/** Prices as written: an amount within bounds, and a currency that is one, or neither. */
export const makePriceTarget = (readCases: ReadCases): PureTarget =>
  textTarget(
    'price',
    [
      '1.299,00 €',
      'US $12',
      'ab 5,-',
      '£10 - £20',
      'Was $3 Now $2',
      ...readCases<{ text: string | null }>('prices/price-parser.json').flatMap(({ text }) => text ?? []),
    ],
    { pieces: pricePieces },
    (text) => {
      const price = parsePrice(text)
      const { amount, currency } = price
      if (amount !== null && !(amount >= 0 && amount <= maxAmount)) return wrong(`amount: ${amount}`)
      if (currency !== null && !/^[A-Z]{3}$/.test(currency)) return wrong(`currency: ${currency}`)
      return fine(JSON.stringify(price))
    },
  )

const bases = [
  'https://shop.test/a/b/c?d=e',
  'http://user:pw@Shop.Test:80/',
  'https://[::1]/',
  'https://xn--bcher-kva.example/x;y/',
]

/** URLs: canonical ones are so again, are within the limit, and a URL for everybody else, too. */
export const makeUrlTarget = (readCases: ReadCases): PureTarget =>
  textTarget('url', urlSeeds(readCases), { pieces: urlPieces }, (text) => {
    const found: (string | null)[] = []
    for (const base of [undefined, ...bases]) {
      const url = canonicalUrl(text, base)
      found.push(url)
      if (url === null) continue
      if (canonicalUrl(url) !== url) return wrong(`idempotent: ${url} becomes ${canonicalUrl(url)}`)
      if (canonicalUrl(url, bases[0]) !== url)
        return wrong(`idempotent: on a base ${url} becomes ${canonicalUrl(url, bases[0])}`)
      if (url.length > maxUrlChars) return wrong(`limit: ${url.length} characters`)
      const parsed = URL.parse(url)
      if (parsed === null || !/^https?:$/.test(parsed.protocol)) return wrong(`url: ${url} is none`)
      if (parsed.host !== hostOf(url)) return wrong(`host: ${hostOf(url)} of ${url} is ${parsed.host}`)
      if (parsed.username !== '' || parsed.hash !== '') return wrong(`url: credentials or a fragment in ${url}`)
      if (!/^[\x21-\x7e]+$/.test(url)) return wrong(`url: ${url} is not ASCII`)
    }
    return fine(JSON.stringify(found))
  })

function urlSeeds(readCases: ReadCases): string[] {
  const normal = ['cases', 'querySortCases', 'ipv6Cases', 'sessionIdCases'].flatMap((list) =>
    readCases<{ in: string }>('urls/crawler-commons-normalizer.json', list).map((row) => row.in),
  )
  const resolved = readCases<{ ref: string }>('urls/crawler-commons-normalizer.json', 'resolveCases').map(
    ({ ref }) => ref,
  )
  const addresses = readCases<{ url: string }>('security/ssrf.json').map(({ url }) => url)
  return ['https://shop.test/a?b=c&a=1#x', '/p/1', '../x', '?q=1', '//h/', ...normal, ...resolved, ...addresses].filter(
    Boolean,
  )
}

const urlPieces = [
  ...[
    'http://',
    'https:',
    'HTTPS://',
    '//',
    '/',
    '\\',
    '?',
    '#',
    '&',
    '=',
    ';',
    ':',
    '@',
    '%',
    '%2F',
    '%2f',
    '%41',
    '%zz',
    '..',
    '.',
    '../',
  ],
  ...[
    '%2e%2e/',
    'shop.test',
    'SHOP.TEST.',
    '127.1',
    '0x7f.1',
    '[::1]',
    '[::ffff:1.2.3.4]',
    ':80',
    ':443',
    ':99999',
    'xn--',
    'ü',
    '。',
    'ß',
  ],
  ...[
    'PHPSESSID=1',
    ';jsessionid=A1',
    'utm_source=x',
    'a=',
    '&&',
    '+',
    ' ',
    '\t',
    '\n',
    '|',
    '"',
    '<',
    '>',
    '`',
    '{',
    '}',
    '^',
    '~',
    "'",
  ],
  ...['javascript:', 'mailto:a@b', 'data:,x', 'file:///', 'a'.repeat(2_100), '/a'.repeat(1_100)],
]
const pricePieces = [
  ...[
    '€',
    '$',
    '£',
    'kr',
    'zł',
    'USD',
    'R$',
    'лв',
    '₽',
    '円',
    ',',
    '.',
    "'",
    '´',
    ' ',
    '\u00a0',
    '\u202f',
    '-',
    '–',
    '%',
    '1',
    '12',
    '000',
  ],
  ...[
    '1.299,00',
    '1,299.00',
    '0,5',
    '.99',
    ',-',
    'was',
    'now',
    'statt',
    'jetzt',
    '12.5.2026',
    '2026-01-01',
    'x',
    '/',
    '1e5',
    '٣',
    '½',
    '(',
    ')',
  ],
]
