import type { FetchTask } from '@seine/contracts'
import type { HttpPage } from '@seine/net'
import type { Clock } from '@seine/runtime'
import { hostOf } from '@seine/urls'
import type { Asked, makeAsk } from '../ask.ts'
import { followRedirects } from '../follow-redirects.ts'
import type { LoadedPlan } from '../plans.ts'
import type { RobotsOf } from '../robots-of.ts'
import { type Lanes, makeLanes } from './lanes.ts'
import { sentHeaders } from './request-rules.ts'
import type { ScriptCache } from './script-cache.ts'

/** A page being rendered, as its requests see it. */
export interface Visit {
  readonly task: FetchTask
  readonly loaded: LoadedPlan
  /** Aborted when nobody waits for the page any more. */
  readonly signal: AbortSignal
  /** Broker time: a slot due later than this is not waited for. */
  readonly deadlineMs: number
  /** One request at a time to the page's own host. */
  readonly lanes: Lanes
}

export interface Wanted {
  readonly url: string
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly maxBodyBytes: number
}

export type Subresource = { ok: true; answer: HttpPage } | { ok: false; reason: string }

/** Longest wait for one answer, its slot's time not counted: a long poll is not waited for. */
const maxAnswerMs = 15_000

/**
 * Asks for what a page needs the way pages are asked for: guard, robots.txt, the host's clock and breaker, at each
 * redirect hop. Keeps I3, I4 and I9 for all a page does.
 */
export function makeFetchSubresource(deps: {
  ask: ReturnType<typeof makeAsk>
  robotsOf: RobotsOf
  cache: ScriptCache
  nowMs: () => number
  clock: Clock
}) {
  const { ask, robotsOf, cache, nowMs, clock } = deps
  // What pages have in common (a CDN) is asked for one at a time: all at once they would wait for its places and be given back.
  const foreignLanes = makeLanes()

  async function askPolitely(url: string, wanted: Wanted, visit: Visit): Promise<Asked<HttpPage>> {
    const { task, loaded, signal, deadlineMs } = visit
    const { policy } = loaded.plan
    for (;;) {
      const rules = await robotsOf(url, loaded, task)
      if (rules.kind === 'rules' && !rules.isAllowed(url)) return refused('robots')
      const totalMs = Math.min(policy.timeouts.totalMs, maxAnswerMs, deadlineMs - nowMs())
      if (signal.aborted || totalMs <= 0) return refused('page-over')
      const asked =
        rules.kind === 'ending'
          ? rules
          : await ask({
              task,
              url,
              policy: { ...policy, timeouts: { ...policy.timeouts, totalMs } },
              pace: rules.pace,
              headers: sentHeaders(wanted.headers, new URL(url).origin === new URL(wanted.url).origin),
              maxBodyBytes: wanted.maxBodyBytes,
              signal,
            })
      const untilMs = asked.kind === 'ending' && onlyWaits(asked.ending) ? (asked.ending.retryAtMs ?? 0) : null
      if (untilMs === null || untilMs >= deadlineMs) return asked
      await clock.sleep(untilMs - nowMs(), signal)
    }
  }

  function inLane(url: string, wanted: Wanted, visit: Visit): Promise<Asked<HttpPage>> {
    const host = hostOf(url)
    const lanes = host === hostOf(visit.task.url) ? visit.lanes : foreignLanes
    return lanes.run(host, () => askPolitely(url, wanted, visit))
  }

  async function fetch(wanted: Wanted, visit: Visit): Promise<Subresource> {
    const { maxRedirects } = visit.loaded.plan.policy.limits
    const fetched = await followRedirects(wanted.url, maxRedirects, (url) => inLane(url, wanted, visit))
    if (fetched.kind === 'ending') return { ok: false, reason: fetched.ending.reason }
    // A 3xx given to the browser would be followed by the browser itself.
    if (fetched.kind === 'too-many' || (fetched.answer.status >= 300 && fetched.answer.status < 400))
      return { ok: false, reason: 'redirect' }
    if (fetched.answer.truncated) return { ok: false, reason: 'too-large' }
    return { ok: true, answer: fetched.answer }
  }

  return async (wanted: Wanted, visit: Visit): Promise<Subresource> => {
    if (wanted.type !== 'script' || 'authorization' in wanted.headers) return fetch(wanted, visit)
    // The cache must not let a page have what its own policy's robots.txt keeps from it.
    const rules = await robotsOf(wanted.url, visit.loaded, visit.task)
    if (rules.kind === 'rules' && !rules.isAllowed(wanted.url)) return { ok: false, reason: 'robots' }
    let reason = ''
    const key = `${visit.loaded.plan.policy.userAgent} ${wanted.url}`
    const answer = await cache.get(key, async () => {
      const fetched = await fetch(wanted, visit)
      if (fetched.ok) return fetched.answer
      reason = fetched.reason
      return null
    })
    return answer === null ? { ok: false, reason } : { ok: true, answer }
  }
}

function refused(reason: string): Asked<HttpPage> {
  return { kind: 'ending', ending: { outcome: 'skipped', reason } }
}

/** No error: the host, or who reads its robots.txt, has to be waited for. */
function onlyWaits({ outcome, countsAsFailure }: { outcome: string; countsAsFailure?: boolean }): boolean {
  return outcome === 'deferred' && countsAsFailure === false
}
