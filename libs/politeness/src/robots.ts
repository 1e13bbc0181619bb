import { readEntries } from './robots-lines.ts'
import { compileRule, escapePath, type Rule, unescapeUnreserved } from './robots-match.ts'

/** A robots.txt, read. */
export interface Robots {
  /**
   * Whether a crawler may fetch a URL.
   *
   * @param url absolute, or a path that starts with `/`; percent-encoded as it would be sent.
   * @param userAgent the whole `User-Agent` value or only its product token.
   */
  isAllowed(url: string, userAgent: string): boolean
  /** `Crawl-delay` of the groups that apply, the longest one; null: none. At most {@link maxCrawlDelayMs}. */
  crawlDelayMs(userAgent: string): number | null
  /** `Sitemap` lines as written, in order; at most {@link maxRobotsSitemaps}. */
  readonly sitemaps: readonly string[]
}

export const maxRobotsSitemaps = 1_000
/**
 * Rules with a wildcard times characters of the path that one verdict may cost: some 70 ms at worst. A URL that would
 * cost more is refused; no file that was written for crawlers comes near (5,000 wildcards and a path of 2,000 characters).
 */
export const maxVerdictSteps = 10_000_000
/** A longer `Crawl-delay` is cut to this. */
export const maxCrawlDelayMs = 3_600_000

interface Group {
  readonly rules: Rule[]
  crawlDelayMs: number | null
  wildcards: number
}

/**
 * Reads a robots.txt by RFC 9309 with `Crawl-delay`, `Sitemap` and the misspellings that Google accepts. Anything can
 * be passed, binary garbage and HTML too: what is no rule is ignored.
 */
export function parseRobots(body: string | Uint8Array): Robots {
  const groups = new Map<string, Group>()
  const sitemaps: string[] = []
  let current: Group[] = []
  let open = false
  for (const entry of readEntries(body)) {
    switch (entry.key) {
      case 'user-agent': {
        // A group's rules are for all the user-agent lines before them; the next such line starts a new group.
        if (!open) current = []
        open = true
        const token = groupToken(entry.value)
        const group = groups.get(token) ?? { rules: [], crawlDelayMs: null, wildcards: 0 }
        groups.set(token, group)
        current.push(group)
        break
      }
      case 'allow':
      case 'disallow': {
        open = false
        if (current.length === 0) break
        const rule = compileRule(entry.key === 'allow', entry.value)
        if (!rule) break
        for (const group of current) {
          group.rules.push(rule)
          if (rule.wildcard) group.wildcards++
        }
        break
      }
      case 'crawl-delay': {
        // RFC 9309 knows only rules to end the list of user agents. Files with `Crawl-delay` are written as if it were
        // one: a group of nothing else must not inherit what the next group forbids.
        open = false
        const delayMs = readSeconds(entry.value)
        if (delayMs !== null)
          for (const group of current) group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, delayMs)
        break
      }
      case 'other-rule':
        open = false
        break
      case 'sitemap':
        if (entry.value !== '' && sitemaps.length < maxRobotsSitemaps) sitemaps.push(entry.value)
        break
    }
  }
  for (const group of groups.values()) group.rules.sort(mostSpecificFirst)
  // A user-agent line without a name is for nobody.
  groups.delete('')
  const groupFor = (userAgent: string) => groups.get(productToken(userAgent)) ?? groups.get('*')

  return {
    sitemaps,
    crawlDelayMs: (userAgent) => groupFor(userAgent)?.crawlDelayMs ?? null,
    isAllowed(url, userAgent) {
      const group = groupFor(userAgent)
      if (!group || group.rules.length === 0) return true
      const path = escapePath(pathOf(url))
      if (group.wildcards * path.length > maxVerdictSteps) return false
      const plain = unescapeUnreserved(path)
      for (const rule of group.rules) if (rule.matches(path, plain)) return rule.allow
      return true
    },
  }
}

/** Everything may be fetched: there is no robots.txt (RFC 9309 §2.3.1.3). */
export const allowAllRobots: Robots = parseRobots('')

/** Nothing may be fetched for now: robots.txt can't be read (RFC 9309 §2.3.1.4). */
export const disallowAllRobots: Robots = parseRobots('User-agent: *\nDisallow: /')

/**
 * The name by which robots.txt files call a crawler, in lower case: `SeineBot` in `SeineBot/0.1 (+https://…)` and in
 * `Mozilla/5.0 (compatible; SeineBot/0.1; …)`.
 */
export function productToken(userAgent: string): string {
  const compatible = /^mozilla\/.*?\(compatible;\s*([^\s;/)]+)/i.exec(userAgent)
  return leadingToken(compatible?.[1] ?? userAgent)
}

// `*`, also with something behind it; else the name without version and remarks.
function groupToken(value: string): string {
  return /^\*(\s|$)/.test(value) ? '*' : leadingToken(value)
}

// RFC 9309 has letters, `-` and `_` only; digits are part of names in use (`MJ12bot`, `360Spider`).
function leadingToken(text: string): string {
  return /^[\w-]*/.exec(text.trim())?.[0].toLowerCase() ?? ''
}

// The longest rule wins, and of two of one length the permission (RFC 9309 §2.2.2): the first that matches decides.
function mostSpecificFirst(a: Rule, b: Rule): number {
  return b.specificity - a.specificity || Number(b.allow) - Number(a.allow)
}

// What a request would ask for: no fragment, and no empty query, as canonical URLs have none.
function pathOf(url: string): string {
  const sent = (url.split('#', 1)[0] ?? '').replace(/^([^?]*)\?$/, '$1')
  if (sent.startsWith('/')) return sent
  const scheme = sent.indexOf('://')
  const afterScheme = scheme < 0 ? 0 : scheme + 3
  const start = sent.slice(afterScheme).search(/[/?]/)
  if (start < 0) return '/'
  const path = sent.slice(afterScheme + start)
  return path.startsWith('/') ? path : `/${path}`
}

function readSeconds(value: string): number | null {
  return /^\d*\.?\d+$|^\d+\.$/.test(value) ? Math.min(maxCrawlDelayMs, Math.round(Number(value) * 1_000)) : null
}
