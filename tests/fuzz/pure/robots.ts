import { maxCrawlDelayMs, maxRobotsSitemaps, parseRobots } from '@seine/politeness'
import type { ReadCases } from '../conformance.ts'
import { mutateBytes, mutateText, pieced } from '../mutate.ts'
import { fine, firstOf, type PureTarget, wrong } from './target.ts'

const agents = [
  'SeineBot/0.1 (+https://seine.example/bot)',
  'Googlebot',
  'Mozilla/5.0 (compatible; bingbot/2.0)',
  '*',
  '',
  '\0',
]
const paths = [
  '/',
  '/a',
  '/a/b.html?x=1&y=%2F',
  'https://shop.test/a%3Cb%7E',
  `/${'a/'.repeat(900)}`,
  '/ü?ß',
  '',
  '?',
  '//x',
  '/a$',
  '/*',
]

/** robots.txt: every question has an answer, the same for bytes as for text, and a comment changes none. */
export function makeRobotsTarget(readCases: ReadCases): PureTarget {
  const texts = [
    ...seeds,
    ...readCases<{ robots: string }>('robots/google-robotstxt.json').map(({ robots }) => robots),
    ...readCases<{ robots: string }>('robots/real-corpus.jsonl.gz').flatMap(({ robots = '' }) =>
      robots.slice(0, 20_000),
    ),
  ]
  return {
    name: 'robots',
    // A verdict may cost 70 ms (`maxVerdictSteps`), and these are many.
    budget: { fixedMs: 3 * agents.length * paths.length * 70, msPerMb: 250 },
    make(random) {
      const pick = () => (random.chance(0.15) ? pieced(pieces, random.int(300), random) : random.pick(texts))
      return mutateBytes(Buffer.from(mutateText(pick(), pick(), { pieces }, random)), random)
    },
    async check(input) {
      const robots = parseRobots(input)
      const verdicts = agents.map((agent) => paths.map((path) => robots.isAllowed(path, agent)))
      const delays = agents.map((agent) => robots.crawlDelayMs(agent))
      if (verdicts.flat().some((verdict) => typeof verdict !== 'boolean')) return wrong('verdict: none')
      const badDelay = delays.find((delay) => delay !== null && !(delay >= 0 && delay <= maxCrawlDelayMs))
      if (badDelay !== undefined) return wrong(`delay: ${badDelay}`)
      if (robots.sitemaps.length > maxRobotsSitemaps) return wrong(`limit: ${robots.sitemaps.length} sitemaps`)
      const output = JSON.stringify([verdicts, delays, robots.sitemaps])
      const text = Buffer.from(input).toString('utf8')
      const again = [parseRobots(text), parseRobots(`# a comment\n${text}`)].map((read) =>
        JSON.stringify([
          agents.map((agent) => paths.map((path) => read.isAllowed(path, agent))),
          agents.map((agent) => read.crawlDelayMs(agent)),
          read.sitemaps,
        ]),
      )
      // A byte order mark is one only at the beginning, and a file longer than what is read ends elsewhere with a line more, or where it is
      // counted in characters.
      const isComparable = text.charCodeAt(0) !== 0xfeff && input.length < 400_000
      const problem = firstOf([
        again[0] === output || !isComparable ? null : 'text: another verdict than for bytes',
        again[1] === output || !isComparable ? null : 'comment: it changes a verdict',
      ])
      return problem === null ? fine(output) : wrong(problem)
    },
  }
}

const seeds = [
  'User-agent: *\nDisallow: /private/\nAllow: /private/tour$\nCrawl-delay: 2.5\nSitemap: https://shop.test/sitemap.xml\n',
  'User-agent: SeineBot\nUser-agent: Googlebot\nDisallow: /*?*sort=\nDisallow: /a/*/b/*.html$\n\nUser-agent: *\nDisallow: /\n',
  '\ufeffuser-agent:*\rdisallow:/x%2fy\rallow : /ü\r# end',
]

const pieces = [
  ...[
    'User-agent: ',
    'Disallow: ',
    'Allow: ',
    'Crawl-delay: ',
    'Sitemap: ',
    'User-agent: *',
    'SeineBot',
    'disalow:',
    'host: x',
  ],
  ...[
    '\n',
    '\r',
    '\r\n',
    '#',
    ' ',
    '\t',
    ':',
    '/',
    '*',
    '$',
    '?',
    '%',
    '%2F',
    '%zz',
    '**********',
    '/*a',
    '/a*b$',
    '.html$',
  ],
  ...['\0', '\ufeff', 'ü', '0.5', '1e9', '-1', 'https://shop.test/s.xml', '<html>', 'a'.repeat(3_000)],
]
