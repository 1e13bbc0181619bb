import type { DiscoveredUrl, FetchTask, OutcomeKind } from '@seine/contracts'
import { acceptedEncodings } from '@seine/net'
import { bodyHashOf, type FetchedPage, isHtml, readPage } from '@seine/pages'
import { hostOf } from '@seine/urls'
import { makeAnnouncer } from './announce.ts'
import type { makeAsk } from './ask.ts'
import { contentKeyOf, isSameContent } from './content-key.ts'
import type { Ending } from './ending.ts'
import { needsBrowser, toBrowser } from './needs-browser.ts'
import type { Pace } from './pace.ts'
import type { LoadedPlan } from './plans.ts'
import type { RobotsOf } from './robots-of.ts'
import type { PageFiles } from './stored/page-files.ts'

export interface FetchPageDeps {
  readonly ask: ReturnType<typeof makeAsk>
  readonly robotsOf: RobotsOf
  readonly nowMs: () => number
  readonly bus: Parameters<typeof makeAnnouncer>[0]
  readonly pageFiles: Pick<PageFiles, 'add'>
}

/** A page that has been read: all of it but its body. */
interface ReadPage {
  readonly ending: Ending
  readonly found: readonly DiscoveredUrl[]
}

/**
 * Fetches and extracts one page. A redirect is not followed: it is this page's answer, and its target is discovered
 * (the frontier decides, and the target's own host clock is kept).
 */
export function makeFetchPage({ ask, robotsOf, nowMs, bus, pageFiles }: FetchPageDeps) {
  // A function of its own: its body is let go of before anything waits for the broker, which may be away (keeps I7).
  async function askAndRead(task: FetchTask, loaded: LoadedPlan, pace: Pace): Promise<ReadPage> {
    const { policy, site } = loaded.plan
    const isStored = site.storePages === true
    // A site that stores its pages is never asked conditionally: each run's files hold all of it.
    const requestHeaders = isStored ? acceptHeaders : conditionalHeaders(task, loaded.extractionKey)
    const asked = await ask({
      task,
      url: task.url,
      policy,
      pace,
      headers: requestHeaders,
      maxBodyBytes: policy.limits.maxBodyBytes,
      keepLastAnswer: true,
    })
    if (asked.kind === 'ending') return { ending: asked.ending, found: [] }
    const { answer, verdict, hostDueAtMs } = asked
    const { status, headers, body, truncated, transferredBytes, ttfbMs, durationMs, remoteAddress } = answer
    const { url, depth, urlId, attempt } = task
    const measurements = { truncated, transferredBytes, ttfbMs, durationMs, fetchedAtMs: nowMs() }
    const page: FetchedPage = { url, depth, status, headers, body, ...measurements }
    const isPage = verdict.next === 'ok'
    const sent = { 'user-agent': policy.userAgent, ...requestHeaders, 'accept-encoding': acceptedEncodings }
    const origin = { urlId, attempt, isPage, isRendered: isRendered(task, page), requestHeaders: sent, remoteAddress }
    const stored = isStored ? await pageFiles.add(task, { ...page, ...origin }) : null
    const measured = {
      status,
      hostDueAtMs,
      durationMs,
      bytes: body.byteLength,
      ...(headers.etag === undefined ? {} : { etag: headers.etag.slice(0, 1_000) }),
      ...(headers['last-modified'] === undefined ? {} : { lastModified: headers['last-modified'].slice(0, 100) }),
      ...(stored === null ? {} : { stored }),
    }
    if (status === 304) return { ending: { ...measured, outcome: 'unchanged', reason: 'not-modified' }, found: [] }

    const bodyHash = bodyHashOf(body)
    const content = status < 300 ? contentKeyOf(answer, bodyHash, loaded.extractionKey) : undefined
    const wasKnown = isPage && content !== undefined && task.known !== undefined
    if (wasKnown && isSameContent(content, task.known))
      return { ending: { ...measured, outcome: 'unchanged', reason: 'same-content', cache: 'hit' }, found: [] }

    const { record, links, redirectUrl } = readPage(page, {
      siteHosts: loaded.hosts,
      fields: loaded.fields,
      isPage,
      bodyHash,
    })
    if (needsBrowser(task, answer, record)) return { ending: toBrowser(measured, nowMs()), found: [] }
    const outcome: OutcomeKind = isPage ? 'ok' : 'failed'
    const key = content === undefined ? {} : { content }
    const cache = wasKnown ? ({ cache: 'miss' } as const) : {}
    return {
      ending: { ...measured, outcome, reason: verdict.reason, record, ...key, ...cache },
      found: redirectUrl === null ? linksOf(links, task, loaded) : [redirectOf(redirectUrl, task)],
    }
  }

  return async (task: FetchTask, loaded: LoadedPlan): Promise<Ending> => {
    const robots = await robotsOf(task.url, loaded, task)
    if (robots.kind === 'ending') return robots.ending
    if (!robots.isAllowed(task.url)) return { outcome: 'skipped', reason: 'robots' }
    const { ending, found } = await askAndRead(task, loaded, robots.pace)
    const announcer = makeAnnouncer(bus, task, loaded.seen.add)
    for (const url of found) await announcer.add(url)
    return { ...ending, announcedBatches: await announcer.finish() }
  }
}

const acceptHeaders = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5' }

/** A record made by another extractor or configuration would not do: the page is asked for as if it were unknown. */
function conditionalHeaders({ etag, lastModified, known }: FetchTask, extractionKey: string): Record<string, string> {
  const reusable = known === undefined || known.extraction === extractionKey
  return {
    ...acceptHeaders,
    ...(reusable && etag !== undefined ? { 'if-none-match': etag } : {}),
    ...(reusable && lastModified !== undefined ? { 'if-modified-since': lastModified } : {}),
  }
}

/** Whether a browser made the body: what it would not change comes as it was sent. */
function isRendered({ pool }: FetchTask, { status, headers }: FetchedPage): boolean {
  return pool === 'browser' && status >= 200 && status < 300 && isHtml(headers['content-type'])
}

function redirectOf(url: string, { depth, redirects }: FetchTask): DiscoveredUrl {
  return { url, kind: 'page', source: 'redirect', depth, redirects: redirects + 1 }
}

/**
 * What has not been announced yet, of the site's own hosts. A page that is asked for again announces all of its links: what
 * was announced the first time may be why it is asked for again (keeps I2).
 */
function linksOf(
  links: readonly { url: string }[],
  task: FetchTask,
  { plan, hosts, seen }: LoadedPlan,
): DiscoveredUrl[] {
  if (!plan.site.followLinks || task.depth >= plan.site.maxDepth) return []
  return links
    .filter(({ url }) => (task.attempt > 1 || !seen.has(url)) && hosts.has(hostOf(url)))
    .map(({ url }) => ({ url, kind: 'page', source: 'link', depth: task.depth + 1, redirects: 0 }))
}
