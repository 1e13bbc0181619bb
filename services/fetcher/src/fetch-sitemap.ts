import type { DiscoveredUrl, FetchTask } from '@seine/contracts'
import { parseSitemap, type SitemapEntry } from '@seine/extract'
import { FetchError, type HttpStream } from '@seine/net'
import { classify } from '@seine/politeness'
import { makeAnnouncer } from './announce.ts'
import type { makeAskStream } from './ask.ts'
import { discard } from './discard.ts'
import type { Ending } from './ending.ts'
import { followRedirects } from './follow-redirects.ts'
import type { LoadedPlan } from './plans.ts'
import { retryOrFail } from './retry-or-fail.ts'
import type { RobotsOf } from './robots-of.ts'

export interface FetchSitemapDeps {
  readonly askStream: ReturnType<typeof makeAskStream>
  readonly robotsOf: RobotsOf
  readonly nowMs: () => number
  readonly random: () => number
  readonly bus: Parameters<typeof makeAnnouncer>[0]
}

/** Streams one sitemap and announces what it lists, batch by batch, in constant memory (keeps I7). */
export function makeFetchSitemap({ askStream, robotsOf, nowMs, random, bus }: FetchSitemapDeps) {
  async function read(
    task: FetchTask,
    { plan: { policy }, seen }: LoadedPlan,
    url: string,
    answer: HttpStream,
  ): Promise<Ending> {
    // Pages link to what sitemaps list: that need not be told again.
    const announcer = makeAnnouncer(bus, task, seen.add)
    const { maxSitemapUrls: maxUrls, maxSitemapBytes: maxBytes } = policy.limits
    const contentType = answer.headers['content-type'] ?? null
    const sitemap = parseSitemap(answer.chunks, { url, contentType, maxUrls, maxBytes })
    try {
      for await (const entry of sitemap) await announcer.add(discoveredIn(task, entry))
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      // What was read counts; the next try reads it from the start, and entering a URL twice changes nothing.
      const announcedBatches = await announcer.finish()
      const ending = retryOrFail(task, policy, classify(error.failure), { retryAfterMs: null, nowMs: nowMs(), random })
      return { ...ending, announcedBatches, detail: error.message }
    }
    const { kind, truncated } = sitemap.summary()
    const announcedBatches = await announcer.finish()
    const bytes = answer.progress.decodedBytes
    if (kind === 'html') return { outcome: 'failed', reason: 'sitemap-is-html', announcedBatches, bytes }
    if (kind === 'unknown') return { outcome: 'failed', reason: 'not-a-sitemap', announcedBatches, bytes }
    return { outcome: 'ok', reason: truncated ? 'sitemap-truncated' : '', announcedBatches, bytes }
  }

  return async (task: FetchTask, loaded: LoadedPlan): Promise<Ending> => {
    const { policy } = loaded.plan
    const rules = await robotsOf(task.url, loaded, task)
    if (rules.kind === 'ending') return rules.ending
    const startedMs = nowMs()
    const headers = { accept: 'application/xml,text/xml,text/plain;q=0.8,*/*;q=0.5' }
    const { maxRedirects, maxSitemapBytes: maxBodyBytes } = policy.limits
    const fetched = await followRedirects(
      task.url,
      maxRedirects,
      (url) => askStream({ task, url, policy, pace: rules.pace, headers, maxBodyBytes }),
      discard,
    )
    if (fetched.kind === 'ending') return fetched.ending
    if (fetched.kind === 'too-many') return { outcome: 'failed', reason: 'redirect-limit' }
    const { answer, hostDueAtMs, url } = fetched
    const { status } = answer
    if (status >= 300) {
      await discard(answer)
      return { outcome: 'failed', reason: classify({ status }).reason || `http-${status}`, status, hostDueAtMs }
    }
    const ending = await read(task, loaded, url, answer)
    return { ...ending, status, hostDueAtMs, durationMs: nowMs() - startedMs }
  }
}

function discoveredIn(task: FetchTask, { kind, url, lastmod }: SitemapEntry): DiscoveredUrl {
  return {
    url,
    kind,
    source: 'sitemap',
    // A page that a sitemap lists is where the site starts, however deep the index is.
    depth: kind === 'sitemap' ? task.depth + 1 : 0,
    redirects: 0,
    ...(lastmod === null ? {} : { lastmod }),
  }
}
