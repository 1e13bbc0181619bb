import { describe, expect, it } from 'vitest'
import { parseRobots } from './robots.ts'
import { conformanceJson, conformanceLines, conformancePresent } from './testing/conformance.ts'

interface GoogleRow {
  robots: string
  agent: string
  url: string
  allowed: boolean
  googleOnly: boolean
}

interface RealFile {
  host: string
  robots?: string
  robotsBase64?: string
  q: [agent: string, path: string, allowed: 0 | 1][]
  sitemaps: string[] | null
  crawlDelay: number | null
}

describe.skipIf(!conformancePresent)('robots.txt conformance (skipped without the conformance folder)', () => {
  it("agrees with every row of Google's suite that follows the RFC", () => {
    const { cases } = conformanceJson<{ cases: GoogleRow[] }>('robots/google-robotstxt.json')
    const rows = cases.filter((row) => !row.googleOnly)
    const wrong = rows.filter((row) => parseRobots(row.robots).isAllowed(row.url, row.agent) !== row.allowed)
    expect(rows.length).toBeGreaterThan(60)
    expect(wrong).toEqual([])
  })

  it("differs from Google's own extensions only in `index.html` as `/` and in agents that are no token", () => {
    const { cases } = conformanceJson<{ cases: GoogleRow[] }>('robots/google-robotstxt.json')
    const rows = cases.filter((row) => row.googleOnly)
    const wrong = rows.filter((row) => parseRobots(row.robots).isAllowed(row.url, row.agent) !== row.allowed)
    expect(wrong.map((row) => `${row.agent} ${row.url}`)).toEqual([
      'Foo Bar http://foo.bar/x/y',
      'foobot http://foo.com/allowed-slash/',
    ])
  })

  it('gives at least 99.9 % of the verdicts on real files that two other parsers agree on', () => {
    const files = conformanceLines<RealFile>('robots/real-corpus.jsonl.gz')
    let verdicts = 0
    let wrong = 0
    const hosts = new Set<string>()
    for (const file of files) {
      const robots = parseRobots(file.robots ?? Buffer.from(file.robotsBase64 ?? '', 'base64'))
      for (const [agent, path, allowed] of file.q) {
        verdicts++
        if (robots.isAllowed(path, agent) === (allowed === 1)) continue
        wrong++
        hosts.add(file.host)
      }
    }
    expect(verdicts).toBeGreaterThan(30_000)
    expect(wrong / verdicts).toBeLessThanOrEqual(0.001)
    // Both have a `Sitemap` between two user-agent lines, which by Google's suite does not part them.
    expect([...hosts]).toEqual(['www.jimmyjohns.com', 'www.wsbtv.com'])
  })

  it('reads the crawl delays and sitemaps of real files', () => {
    for (const file of conformanceLines<RealFile>('robots/real-corpus.jsonl.gz')) {
      if (file.robots === undefined) continue
      const robots = parseRobots(file.robots)
      const delayMs = robots.crawlDelayMs('*')
      expect(delayMs === null ? null : delayMs / 1_000, file.host).toBe(file.crawlDelay)
      // The reference loses a first line that has a byte order mark before it.
      const first = /^\uFEFFSitemap:\s*(\S+)/i.exec(file.robots)?.[1]
      expect(robots.sitemaps, file.host).toEqual([...(first ? [first] : []), ...(file.sitemaps ?? [])])
    }
  })
})
