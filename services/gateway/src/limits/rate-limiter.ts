import type { Bucket } from '@seine/bus'
import { type Clock, type Logger, messageOf } from '@seine/runtime'
import { type GcraRate, type Taken, take } from './gcra.ts'

/** Value in the `rate_limits` bucket. */
export interface StoredRate {
  /** Theoretical arrival time, Unix ms of the broker's clock. */
  readonly tatMs: number
}

/** Counts what callers ask for, together with all other gateways. */
export interface RateLimiter {
  /** Takes one request off what this caller may ask for. Never rejects, and waits only where it never saw the caller. */
  take(who: string, rate: GcraRate): Promise<Taken>
}

/** How often one caller's requests are told to the other gateways, at most. */
export const settleEveryMs = 250
/** A broker that takes longer to answer is not waited for: the caller is then limited by this gateway alone. */
export const firstReadMs = 100
/** The callers that were seen last; who comes back after having been forgotten is read again. */
export const maxCallers = 10_000
/** Callers told of in one round; more wait for the next. */
const maxSettledAtOnce = 200
const warnEveryMs = 60_000

interface Account {
  readonly rate: GcraRate
  tatMs: number
  /** Given since the others were told. */
  untold: number
  untoldSinceMs: number
  /** Of the entry as last seen. Null: there was none. */
  revision: number | null
}

/**
 * Decides from memory and settles afterwards: every 250 ms what was given is added to the caller's entry in one
 * compare-and-set, and what other gateways gave is learnt from it. So the path of a request has no write, one caller costs
 * at most four writes a second, and the rate holds over all gateways: what several gave in the same 250 ms, at most their
 * bursts, is a debt in the entry that all of them then wait for. While the broker is away each gateway limits by itself.
 */
export function makeRateLimiter(deps: {
  bucket: Bucket<StoredRate>
  clock: Pick<Clock, 'sleep'>
  /** The broker's time. */
  nowMs: () => number
  log: Logger
}): RateLimiter {
  const { bucket, clock, nowMs, log } = deps
  const accounts = new Map<string, Account>()
  const opening = new Map<string, Promise<Account>>()
  const unsettled = new Map<string, Account>()
  let settling = false
  let lastWarnedMs = Number.NEGATIVE_INFINITY

  function warn(error: unknown): void {
    if (nowMs() - lastWarnedMs < warnEveryMs) return
    lastWarnedMs = nowMs()
    log.warn('rate limits are not shared just now, this gateway limits by itself', { error: messageOf(error) })
  }

  function accountOf(who: string, rate: GcraRate): Promise<Account> | Account {
    const known = accounts.get(who)
    if (known !== undefined) {
      // The order of the map is the order of use.
      accounts.delete(who)
      accounts.set(who, known)
      return known
    }
    const underWay = opening.get(who) ?? open(who, rate).finally(() => opening.delete(who))
    opening.set(who, underWay)
    return underWay
  }

  async function open(who: string, rate: GcraRate): Promise<Account> {
    const account: Account = { rate, tatMs: 0, untold: 0, untoldSinceMs: 0, revision: null }
    const answered = new AbortController()
    try {
      const tooLate = clock.sleep(firstReadMs, answered.signal).then(() => 'too late' as const)
      const found = await Promise.race([bucket.get(keyOf(who)), tooLate])
      if (found === 'too late') throw new Error(`no answer within ${firstReadMs} ms`)
      if (found !== null) Object.assign(account, { tatMs: found.value.tatMs, revision: found.revision })
    } catch (error) {
      warn(error)
    } finally {
      answered.abort()
    }
    accounts.set(who, account)
    for (const oldest of accounts.keys()) {
      if (accounts.size <= maxCallers) break
      accounts.delete(oldest)
    }
    return account
  }

  async function settleAll(): Promise<void> {
    if (settling) return
    settling = true
    try {
      while (unsettled.size > 0) {
        await clock.sleep(settleEveryMs)
        const round = [...unsettled].slice(0, maxSettledAtOnce)
        for (const [who] of round) unsettled.delete(who)
        await Promise.all(round.map(([who, account]) => settle(who, account)))
      }
    } finally {
      settling = false
    }
  }

  async function settle(who: string, account: Account): Promise<void> {
    const { untold, untoldSinceMs, tatMs } = account
    account.untold = 0
    try {
      account.revision = await add(who, account, untold, untoldSinceMs, tatMs)
    } catch (error) {
      // Told next time, with what comes until then.
      account.untold += untold
      account.untoldSinceMs = untoldSinceMs
      warn(error)
    }
  }

  /** Gives the revision of the entry afterwards; null: another gateway was quicker each time, it is read anew next time. */
  async function add(who: string, account: Account, count: number, sinceMs: number, tatMs: number) {
    const key = keyOf(who)
    const { intervalMs } = account.rate
    const mine = { tatMs }
    const first =
      account.revision === null ? await bucket.create(key, mine) : await bucket.update(key, mine, account.revision)
    if (first !== null) return first
    for (let tries = 0; tries < 5; tries++) {
      const found = await bucket.get(key)
      const both = { tatMs: Math.max(found?.value.tatMs ?? 0, sinceMs) + count * intervalMs }
      const written = found === null ? await bucket.create(key, both) : await bucket.update(key, both, found.revision)
      if (written === null) continue
      // What was given here meanwhile comes on top.
      account.tatMs = Math.max(account.tatMs, both.tatMs + account.untold * intervalMs)
      return written
    }
    throw new Error(`${key} is written by too many at once`)
  }

  return {
    async take(who, rate) {
      const account = await accountOf(who, rate)
      const now = nowMs()
      const taken = take(account.tatMs, 1, rate, now)
      if (taken.granted === 0) return taken
      account.tatMs = taken.tatMs
      if (account.untold === 0) account.untoldSinceMs = now
      account.untold++
      if (unsettled.size < maxCallers) unsettled.set(who, account)
      void settleAll().catch(warn)
      return taken
    },
  }
}

/** A caller as one key of the bucket: names and addresses may be anything. */
const keyOf = (who: string) => `caller.${Buffer.from(who).toString('base64url')}`
