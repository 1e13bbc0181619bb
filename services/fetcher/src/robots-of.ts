import type { Bucket } from '@seine/bus'
import { hostKey, maxRobotsAgeMs, type Policy, type RobotsEntry, type SitePlan } from '@seine/contracts'
import { maxRobotsBytes, parseRobots, type Robots, robotsVerdictForStatus } from '@seine/politeness'
import { homeOf, hostOf } from '@seine/urls'
import type { AskedFor, makeAsk } from './ask.ts'
import type { Ending } from './ending.ts'
import { type Fetched, followRedirects } from './follow-redirects.ts'
import { type Pace, paceOf } from './pace.ts'

/** What a host's robots.txt means for one site's policy. */
export interface HostRules {
  readonly kind: 'rules'
  readonly pace: Pace
  readonly sitemaps: readonly string[]
  isAllowed(url: string): boolean
}

export type RobotsOf = (
  url: string,
  loaded: { readonly plan: Pick<SitePlan, 'policy'> },
  task: AskedFor,
) => Promise<HostRules | { kind: 'ending'; ending: Ending }>

/**
 * How long a fetch of robots.txt may take before another fetcher tries: no longer than a killed fetcher's tasks are held, because all
 * of the host waits for it. One that takes longer is asked for twice.
 */
export const fetchLeaseMs = 20_000
/** How long a task waits in the frontier while another fetcher reads the host's robots.txt. */
const waitForOtherMs = 1_000

/**
 * robots.txt by host: fetched once for the whole cluster and shared through the `robots` bucket; one fetch at a time in
 * this process, however many tasks wait for it.
 */
export function makeRobotsOf(deps: {
  bucket: Bucket<unknown>
  ask: ReturnType<typeof makeAsk>
  nowMs: () => number
  /** Parsed files kept in memory. */
  maxHosts?: number
}): RobotsOf {
  const { ask, nowMs } = deps
  const bucket = deps.bucket as Bucket<RobotsEntry>
  const maxHosts = deps.maxHosts ?? 5_000
  const parsed = new Map<string, { robots: Robots; storedAtMs: number; rules: WeakMap<Policy, HostRules> }>()
  const loading = new Map<string, Promise<Ending | null>>()

  /** Null: the file is in memory now. An ending: why it is not. */
  async function load(origin: string, host: string, policy: Policy, task: AskedFor): Promise<Ending | null> {
    const key = hostKey(host)
    const found = await bucket.get(key)
    const entry = found?.value
    if (entry?.state === 'known' && nowMs() - entry.storedAtMs < maxRobotsAgeMs) return remember(host, entry)
    if (entry?.state === 'fetching' && entry.untilMs > nowMs()) return waitForOther(nowMs())
    const lease: RobotsEntry = { state: 'fetching', untilMs: nowMs() + fetchLeaseMs }
    const revision = found === null ? await bucket.create(key, lease) : await bucket.update(key, lease, found.revision)
    if (revision === null) return waitForOther(nowMs())
    let stored = false
    try {
      const answer = await fetchRobots(origin, policy, task)
      if (answer.kind === 'ending') return answer.ending
      const known = { state: 'known' as const, ...answer.file, storedAtMs: nowMs() }
      await bucket.put(key, known)
      stored = true
      return remember(host, known)
    } finally {
      // Whatever went wrong, the others need not wait until the lease runs out.
      if (!stored) await bucket.delete(key)
    }
  }

  async function fetchRobots(origin: string, policy: Policy, task: AskedFor) {
    const fetched = await followRedirects(`${origin}robots.txt`, policy.limits.maxRedirects, (url) =>
      ask({
        task,
        url,
        policy,
        pace: paceOf(policy, null),
        headers: { accept: 'text/plain,*/*;q=0.5' },
        maxBodyBytes: maxRobotsBytes,
      }),
    )
    if (fetched.kind === 'ending') return { kind: 'ending' as const, ending: named(fetched.ending) }
    return { kind: 'file' as const, file: fileOf(fetched) }
  }

  function remember(host: string, entry: { body: string; storedAtMs: number }): null {
    parsed.delete(host)
    if (parsed.size >= maxHosts) parsed.delete(parsed.keys().next().value!)
    parsed.set(host, {
      robots: parseRobots(Buffer.from(entry.body, 'base64')),
      storedAtMs: entry.storedAtMs,
      rules: new WeakMap(),
    })
    return null
  }

  return async (url, { plan: { policy } }, task) => {
    if (!policy.respectRobots) return unruled(policy)
    const host = hostOf(url)
    for (;;) {
      const known = parsed.get(host)
      if (known && nowMs() - known.storedAtMs < maxRobotsAgeMs) {
        const rules = known.rules.get(policy) ?? rulesOf(known.robots, policy)
        known.rules.set(policy, rules)
        return rules
      }
      let pending = loading.get(host)
      if (!pending) {
        pending = load(homeOf(url), host, policy, task).finally(() => loading.delete(host))
        loading.set(host, pending)
      }
      const ending = await pending
      if (ending !== null) return { kind: 'ending', ending }
    }
  }
}

function waitForOther(nowMs: number): Ending {
  return { outcome: 'deferred', reason: 'robots-fetching', retryAtMs: nowMs + waitForOtherMs, countsAsFailure: false }
}

function fileOf(fetched: Exclude<Fetched, { kind: 'ending' }>): { status: number; body: string } {
  const status = fetched.kind === 'answer' ? fetched.answer.status : 310
  const written = fetched.kind === 'answer' && robotsVerdictForStatus(status).access === 'as-written'
  return { status, body: written ? Buffer.from(fetched.answer.body).toString('base64') : '' }
}

// RFC 9309 §2.3.1.4: unreachable means disallowed: the page waits or fails with it, and says so.
function named(ending: Ending): Ending {
  const deferredByPace = ending.outcome === 'deferred' && ending.countsAsFailure === false
  return deferredByPace
    ? ending
    : {
        ...ending,
        reason: `robots-${ending.reason}`,
        detail: ending.detail ?? `robots.txt answered ${ending.status ?? 0}`,
      }
}

function rulesOf(robots: Robots, policy: Policy): HostRules {
  return {
    kind: 'rules',
    pace: paceOf(policy, robots.crawlDelayMs(policy.userAgent)),
    sitemaps: robots.sitemaps,
    isAllowed: (url) => robots.isAllowed(url, policy.userAgent),
  }
}

function unruled(policy: Policy): HostRules {
  return { kind: 'rules', pace: paceOf(policy, null), sitemaps: [], isAllowed: () => true }
}
