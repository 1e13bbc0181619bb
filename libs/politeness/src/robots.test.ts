import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowAllRobots,
  disallowAllRobots,
  maxCrawlDelayMs,
  maxRobotsSitemaps,
  maxVerdictSteps,
  parseRobots,
  productToken,
} from './robots.ts'
import { maxRobotsBytes, maxRobotsLineChars } from './robots-lines.ts'

const bot = 'SeineBot/0.1 (+https://seine.example/bot)'
const robotsOf = (...lines: string[]) => parseRobots(lines.join('\n'))

describe('groups', () => {
  it('are found by the product token, whatever case, version and remarks', () => {
    const robots = robotsOf('User-agent: SEINEBOT/9', 'Disallow: /a', 'User-agent: *', 'Disallow: /b')
    expect(robots.isAllowed('https://x.test/a', bot)).toBe(false)
    expect(robots.isAllowed('https://x.test/b', bot)).toBe(true)
    expect(robots.isAllowed('https://x.test/b', 'Other/1')).toBe(false)
  })

  it('of one name are merged, and lists of names share their rules', () => {
    const robots = robotsOf(
      'User-agent: SeineBot',
      'Disallow: /a',
      'User-agent: x',
      'User-agent: seinebot',
      '',
      'Disallow: /b',
    )
    expect(robots.isAllowed('/a', bot)).toBe(false)
    expect(robots.isAllowed('/b', bot)).toBe(false)
    expect(robots.isAllowed('/a', 'x')).toBe(true)
  })

  it('are not parted by sitemaps and unknown lines, but by a crawl delay', () => {
    const shared = robotsOf('User-agent: SeineBot', 'Sitemap: /s.xml', 'Colour: red', 'User-agent: *', 'Disallow: /')
    expect(shared.isAllowed('/', bot)).toBe(false)
    const parted = robotsOf('User-agent: SeineBot', 'Crawl-delay: 2', 'User-agent: *', 'Disallow: /')
    expect(parted.isAllowed('/', bot)).toBe(true)
    expect(parted.crawlDelayMs(bot)).toBe(2_000)
  })

  it('without a name are for nobody', () => {
    expect(robotsOf('User-agent:', 'Disallow: /').isAllowed('/', '')).toBe(true)
    expect(robotsOf('Disallow: /').isAllowed('/', bot)).toBe(true)
  })
})

describe('rules', () => {
  it('let the longest win, and of two of one length the permission', () => {
    const robots = robotsOf('User-agent: *', 'Disallow: /a/', 'Allow: /a/b', 'Allow: /c', 'Disallow: /c')
    expect(robots.isAllowed('/a/', bot)).toBe(false)
    expect(robots.isAllowed('/a/bc', bot)).toBe(true)
    expect(robots.isAllowed('/c', bot)).toBe(true)
  })

  it('understand the query, not the fragment and not an empty query', () => {
    const robots = robotsOf('User-agent: *', 'Disallow: /*?', 'Disallow: /$')
    expect(robots.isAllowed('https://x.test?a=1', bot)).toBe(false)
    expect(robots.isAllowed('https://x.test/p?', bot)).toBe(true)
    expect(robots.isAllowed('https://x.test/p#?a', bot)).toBe(true)
    expect(robots.isAllowed('https://x.test', bot)).toBe(false)
  })

  it('compare escapes without regard to their case, and characters that URLs escape as escaped', () => {
    const robots = robotsOf('User-agent: *', 'Disallow: /caf%c3%a9', 'Disallow: /über', 'Disallow: /a b')
    expect(robots.isAllowed('/caf%C3%A9', bot)).toBe(false)
    expect(robots.isAllowed('/%C3%BCber', bot)).toBe(false)
    expect(robots.isAllowed('/a%20b', bot)).toBe(false)
  })

  it('refuse an unreserved character escaped or not, and permit it only as written', () => {
    const refusal = robotsOf('User-agent: *', 'Disallow: /%7Ejoe')
    expect(refusal.isAllowed('/~joe', bot)).toBe(false)
    expect(refusal.isAllowed('/%7ejoe', bot)).toBe(false)
    expect(robotsOf('User-agent: *', 'Disallow: /~joe').isAllowed('/%7Ejoe', bot)).toBe(false)
    expect(robotsOf('User-agent: *', 'Disallow: /', 'Allow: /%7Ejoe').isAllowed('/~joe', bot)).toBe(false)
  })

  it('never let a reserved character stand for its escape', () => {
    expect(robotsOf('User-agent: *', 'Disallow: /a%2Fb').isAllowed('/a/b', bot)).toBe(true)
  })
})

describe('files as they are', () => {
  it.each([
    ['CRLF', 'User-agent: *\r\nDisallow: /a\r\n'],
    ['CR', 'User-agent: *\rDisallow: /a\r'],
    ['a byte order mark', '\uFEFFUser-agent: *\nDisallow: /a'],
    ['comments', 'User-agent: * # all\nDisallow: /a # private'],
    ['missing colons', 'User-agent *\nDisallow /a'],
    ['misspellings', 'Useragent: *\nDissallow: /a'],
    ['blanks', '  User-agent :   *  \n\tDisallow\t:\t/a\t'],
  ])('are read with %s', (_name, text) => {
    for (const body of [text, new TextEncoder().encode(text)]) {
      const robots = parseRobots(body)
      expect(robots.isAllowed('/a', bot)).toBe(false)
      expect(robots.isAllowed('/b', bot)).toBe(true)
    }
  })

  it('are read in UTF-16 with a byte order mark', () => {
    const robots = parseRobots(Buffer.from('\uFEFFUser-agent: *\nDisallow: /a', 'utf16le'))
    expect(robots.isAllowed('/a', bot)).toBe(false)
  })

  it('allow everything where they are HTML, binary or empty', () => {
    const garbage = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7_919) % 256)
    for (const body of ['', '<!doctype html><p>Not found: /x', garbage, '\u0000\u0000', ':::::\n:'])
      expect(parseRobots(body).isAllowed('/a', bot)).toBe(true)
  })

  it('never throw and always give a verdict, whatever they hold', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .tuple(
          fc.constantFrom('User-agent:', 'Disallow:', 'Allow', 'Crawl-delay: ', 'Sitemap:', 'noindex:'),
          fc.string({ unit: fc.constantFrom('/', '*', '$', '%', '%e', 'a', '#', '?', ' ', 'ü', '\u{1f600}', ':') }),
        )
        .map((words) => words.join(' ')),
    )
    const ending = fc.constantFrom('\n', '\r', '\r\n')
    fc.assert(
      fc.property(fc.array(line), ending, fc.string({ unit: 'binary' }), (lines, end, url) => {
        const text = `User-agent: *${end}${lines.join(end)}`
        for (const body of [text, Buffer.from(text, 'latin1')]) {
          const robots = parseRobots(body)
          expect(robots.isAllowed(url, url)).toBeTypeOf('boolean')
          expect(robots.crawlDelayMs(bot) ?? 0).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('do not take a key from the prototype of objects for a rule', () => {
    expect(robotsOf('User-agent: *', 'constructor: /a', '__proto__: /b').isAllowed('/a', bot)).toBe(true)
  })

  it('keep lone surrogates from throwing', () => {
    expect(parseRobots('User-agent: *\nDisallow: /\ud800').isAllowed('/a', bot)).toBe(true)
  })
})

describe('limits', () => {
  it('reads 500 KiB and ignores what is behind, half a line too', () => {
    const head = 'User-agent: *\n'
    const last = 'Disallow: /last\n'
    const filler = `${'#'.repeat(99)}\n`.repeat(5_200).slice(0, maxRobotsBytes - head.length - last.length - 1)
    const text = `${head}${filler}\n${last}Disallow: /behind\n`
    expect(head.length + filler.length + 1 + last.length).toBe(maxRobotsBytes)
    for (const body of [text, new TextEncoder().encode(text)]) {
      expect(parseRobots(body).isAllowed('/last', bot)).toBe(false)
      expect(parseRobots(body).isAllowed('/behind', bot)).toBe(true)
    }
    const half = `${head}${filler}#${last}`
    expect(parseRobots(half).isAllowed('/last', bot)).toBe(true)
    expect(parseRobots(half).isAllowed('/la', bot)).toBe(true)
  })

  it('cuts a line that is too long', () => {
    const prefix = '/'.padEnd(maxRobotsLineChars - 'Disallow: '.length, 'a')
    const robots = robotsOf('User-agent: *', `Disallow: ${prefix}bbbb`)
    expect(robots.isAllowed(`${prefix}c`, bot)).toBe(false)
  })

  it('refuses a URL whose verdict would cost too much, and no other', () => {
    const wildcards = 20_000
    const robots = robotsOf('User-agent: *', ...Array.from({ length: wildcards }, (_, i) => `Disallow: /*${i}x`))
    expect(robots.isAllowed('/'.padEnd(maxVerdictSteps / wildcards, 'a'), bot)).toBe(true)
    expect(robots.isAllowed('/'.padEnd(maxVerdictSteps / wildcards + 1, 'a'), bot)).toBe(false)
    expect(robots.isAllowed('/7x', bot)).toBe(false)
  })

  it('keeps no more sitemaps than the limit', () => {
    const many = Array.from({ length: maxRobotsSitemaps + 10 }, (_, i) => `Sitemap: https://x.test/${i}.xml`)
    expect(robotsOf(...many).sitemaps).toHaveLength(maxRobotsSitemaps)
  })
})

describe('crawl delay', () => {
  it('is that of the own group, the longest of several, with fractions', () => {
    const robots = robotsOf(
      'User-agent: SeineBot',
      'Crawl-delay: 0.5',
      'Crawl-delay: 1.5',
      'User-agent: *',
      'Crawl-delay: 9',
    )
    expect(robots.crawlDelayMs(bot)).toBe(1_500)
    expect(robots.crawlDelayMs('Other')).toBe(9_000)
    expect(robotsOf('User-agent: SeineBot', 'User-agent: x', 'Disallow:').crawlDelayMs(bot)).toBeNull()
  })

  it.each(['', '-1', 'soon', 'NaN', 'Infinity', '0x10', '1e3'])('is none where it says %j', (value) => {
    expect(robotsOf('User-agent: *', `Crawl-delay: ${value}`).crawlDelayMs(bot)).toBeNull()
  })

  it('is cut to an hour', () => {
    expect(robotsOf('User-agent: *', 'Crawl-delay: 86400').crawlDelayMs(bot)).toBe(maxCrawlDelayMs)
  })
})

describe('product token', () => {
  it.each([
    [bot, 'seinebot'],
    ['Mozilla/5.0 (compatible; SeineBot/0.1; +https://seine.example)', 'seinebot'],
    ['Mozilla/5.0 (X11; Linux) Firefox/130', 'mozilla'],
    ['MJ12bot', 'mj12bot'],
    ['Yahoo! Slurp', 'yahoo'],
    ['', ''],
  ])('of %j is %j', (userAgent, token) => {
    expect(productToken(userAgent)).toBe(token)
  })
})

it('has constants for the two files that are not there', () => {
  expect(allowAllRobots.isAllowed('/', bot)).toBe(true)
  expect(disallowAllRobots.isAllowed('/', bot)).toBe(false)
})
