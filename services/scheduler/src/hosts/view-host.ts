import { type Host, maxRobotsAgeMs, type RobotsEntry } from '@seine/contracts'
import { parseRobots, robotsVerdictForStatus, viewHost } from '@seine/politeness'

/** What the buckets of the fetchers hold of one host. */
export interface HostEntries {
  /** Of the bucket `hosts`. Null: no request was made to it yet. */
  readonly clock: unknown
  /** Of the bucket `robots`. Null: there is none. */
  readonly robots: RobotsEntry | null
}

/**
 * A host as people see it. Pure.
 *
 * @param userAgents of the policies there are: robots.txt may have another crawl delay for each.
 */
export function hostOf(host: string, entries: HostEntries, userAgents: readonly string[], nowMs: number): Host {
  const { baseIntervalMs, ...view } = viewHost(entries.clock, nowMs)
  const robots = robotsOf(entries.robots, userAgents, nowMs)
  return { host, ...view, intervalFrom: intervalFrom(view, baseIntervalMs, robots), robots }
}

function intervalFrom(
  view: Pick<Host, 'intervalMs' | 'slowed'>,
  baseIntervalMs: number,
  robots: Host['robots'],
): Host['intervalFrom'] {
  if (view.intervalMs === 0) return null
  if (view.slowed) return 'throttling'
  // The host's clock keeps the longer of the two, and not which one it was.
  const isCrawlDelay = robots?.crawlDelayMs != null && Math.abs(baseIntervalMs - robots.crawlDelayMs) < 1
  return isCrawlDelay ? 'crawl-delay' : 'policy'
}

function robotsOf(entry: RobotsEntry | null, userAgents: readonly string[], nowMs: number): Host['robots'] {
  if (entry === null) return null
  if (entry.state === 'fetching') {
    if (entry.untilMs <= nowMs) return null
    const nothing = { access: null, fetchedAtMs: null, ageMs: null, crawlDelayMs: null }
    return { state: 'fetching', status: 0, ...nothing, sizeBytes: 0, sitemaps: 0 }
  }
  const ageMs = Math.max(0, nowMs - entry.storedAtMs)
  if (ageMs >= maxRobotsAgeMs) return null
  const body = Buffer.from(entry.body, 'base64')
  const robots = parseRobots(body)
  const delaysMs = userAgents.map((userAgent) => robots.crawlDelayMs(userAgent) ?? 0)
  return {
    state: 'known',
    status: entry.status,
    access: robotsVerdictForStatus(entry.status).access,
    fetchedAtMs: entry.storedAtMs,
    ageMs,
    sizeBytes: body.byteLength,
    crawlDelayMs: Math.max(0, ...delaysMs) || null,
    sitemaps: robots.sitemaps.length,
  }
}
