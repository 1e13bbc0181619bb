import { RpcError } from '@seine/bus'
import { type fetcherRpc, type ProbeHop, probeHeaderLimits, type RpcRequest, type SitePlan } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import type { HttpPage } from '@seine/net'
import { extractFetched, pageViewOf, redirectTarget } from '@seine/pages'
import { siteHosts } from '@seine/urls'
import type { makeAsk } from './ask.ts'
import { isShell } from './browser/shell.ts'
import type { Ending } from './ending.ts'
import type { RobotsOf } from './robots-of.ts'

/** One more is `unavailable`: people look at one page at a time, and tasks go first. */
export const maxProbesAtOnce = 8
/** How soon a deferral is looked at again at the earliest. */
const minPauseMs = 50

type Request = RpcRequest<typeof fetcherRpc.probe>
/** What is known without an answer. */
const nothing = { detail: null, robots: null, answer: null, page: null }

/**
 * Asks for one URL as a task would: robots.txt, the host's clock, the address guard, the policy's limits. What a task would be
 * deferred for is waited for here, as long as the request says: somebody looks on.
 */
export function makeProbe(deps: {
  ask: ReturnType<typeof makeAsk>
  robotsOf: RobotsOf
  /** Broker time, Unix ms. */
  nowMs: () => number
  sleep: (ms: number) => Promise<void>
}) {
  const { ask, robotsOf, nowMs, sleep } = deps
  let underWay = 0

  async function probe({ url, site, policy, maxMs }: Request): Promise<ProbeHop> {
    const startedMs = nowMs()
    const endMs = startedMs + maxMs
    // It is not tried again: the last answer, whatever it is, is what somebody wants to see.
    const task = { failures: policy.retry.maxAttempts }
    const plan: Pick<SitePlan, 'policy'> = { policy }
    const waited = () => ({ waitedMs: Math.max(0, nowMs() - startedMs) })

    const rules = await untilGranted(() => robotsOf(url, { plan }, task), endMs)
    if (rules.kind === 'ending') return { ...unanswered(rules.ending), ...waited() }
    const robots = {
      isObeyed: policy.respectRobots,
      isAllowed: rules.isAllowed(url),
      crawlDelayMs: rules.pace.crawlDelayMs ?? null,
      sitemaps: rules.sitemaps.length,
    }
    if (!robots.isAllowed) return { verdict: 'robots', reason: 'robots', ...nothing, robots, ...waited() }

    const asked = await untilGranted(
      () =>
        ask({
          task,
          url,
          policy,
          pace: rules.pace,
          headers: { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5' },
          maxBodyBytes: policy.limits.maxBodyBytes,
          keepLastAnswer: true,
          signal: AbortSignal.timeout(Math.max(1, Math.ceil(endMs - nowMs()))),
        }),
      endMs,
    )
    if (asked.kind === 'ending') return { ...unanswered(asked.ending), robots, ...waited() }
    const { answer, verdict } = asked
    const waitedMs = Math.max(0, nowMs() - startedMs - answer.durationMs)
    const seen = await look(url, site, answer, verdict.next === 'ok')
    return { verdict: 'fetched', reason: verdict.reason, detail: null, robots, ...seen, waitedMs }
  }

  async function untilGranted<T extends { kind: string }>(
    step: () => Promise<T | { kind: 'ending'; ending: Ending }>,
    endMs: number,
  ): Promise<T | { kind: 'ending'; ending: Ending }> {
    for (;;) {
      const taken = await step()
      if (taken.kind !== 'ending') return taken
      const { ending } = taken as { kind: 'ending'; ending: Ending }
      const again = ending.outcome === 'deferred' && ending.countsAsFailure !== true
      const pauseMs = Math.max(minPauseMs, (ending.retryAtMs ?? 0) - nowMs())
      if (!again || nowMs() + pauseMs >= endMs) return taken
      await sleep(pauseMs)
    }
  }

  return async (request: Request): Promise<ProbeHop> => {
    if (underWay >= maxProbesAtOnce) throw new RpcError('unavailable', 'too many pages are looked at just now')
    underWay++
    try {
      return await probe(request)
    } finally {
      underWay--
    }
  }
}

function unanswered({ outcome, reason, detail }: Ending): Omit<ProbeHop, 'waitedMs'> {
  const isLate = reason === 'aborted'
  const verdict = outcome === 'deferred' ? 'busy' : 'failed'
  return { ...nothing, verdict, reason: isLate ? 'took-too-long' : reason, detail: detail ?? null }
}

async function look(
  url: string,
  site: Request['site'],
  answer: HttpPage,
  isPage: boolean,
): Promise<Pick<ProbeHop, 'answer' | 'page'>> {
  const { status, headers, body, truncated, transferredBytes, ttfbMs, durationMs, remoteAddress } = answer
  const page = { url, depth: 0, status, headers, body, truncated, transferredBytes, ttfbMs, durationMs, fetchedAtMs: 0 }
  const fields = await makeFieldReader(site.fields)
  const extraction = isPage ? extractFetched(page, { siteHosts: siteHosts(site), fields }) : null
  return {
    answer: {
      status,
      headers: boundedHeaders(headers),
      redirectUrl: redirectTarget(status, headers.location, url),
      charset: extraction?.charset ?? null,
      sizeBytes: body.byteLength,
      transferredBytes,
      isTruncated: truncated,
      ttfbMs,
      durationMs,
      remoteAddress,
    },
    page:
      extraction === null
        ? null
        : pageViewOf(extraction, {
            isShell: isShell({ html: extraction.text, seo: extraction.seo, hasProduct: extraction.product !== null }),
          }),
  }
}

function boundedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown = Object.entries(headers).slice(0, probeHeaderLimits.maxHeaders)
  return Object.fromEntries(shown.map(([name, value]) => [name, value.slice(0, probeHeaderLimits.maxChars)]))
}
