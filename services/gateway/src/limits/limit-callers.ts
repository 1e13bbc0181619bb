import type { Caller } from '../auth/caller.ts'
import { ApiError } from '../http/api-error.ts'
import { addressGroup } from '../http/client-address.ts'
import type { GcraRate, Taken } from './gcra.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** What callers of a kind may ask for. Null: as much as they like. */
export type CallerRates = Readonly<Record<Caller['kind'], GcraRate | null>>

/** `perMinute` on average, `burst` at once. */
export const rateOf = (perMinute: number, burst: number): GcraRate => ({ burst, intervalMs: 60_000 / perMinute })

/**
 * Counts a request of a caller. Gives the headers that tell how much is left, or throws ApiError 429 with them in
 * `headers`. An event stream or a WebSocket is one request, however long it lasts.
 */
export type LimitCaller = (caller: Caller) => Promise<Record<string, string>>

/** 429 with `Retry-After`. */
export function tooMany(
  code: string,
  what: string,
  retryAfterMs: number,
  headers: Record<string, string> = {},
): ApiError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return new ApiError(
    429,
    code,
    `too many ${what}: try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
    { ...headers, 'Retry-After': String(retryAfterSeconds) },
  )
}

export function makeLimitCaller(limiter: RateLimiter, rates: CallerRates): LimitCaller {
  return async ({ kind, id }) => {
    const rate = rates[kind]
    if (rate === null) return {}
    const who = kind === 'anonymous' ? addressGroup(id) : id
    const taken = await limiter.take(`${kind}:${who}`, rate)
    const headers = rateHeaders(kind, rate, taken)
    if (taken.granted === 0) throw tooMany('rate-limited', 'requests', taken.retryAfterMs, headers)
    return headers
  }
}

/**
 * `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-10 has them: quota `q` a window of `w`
 * seconds; `r` left now, all of them again in `t` seconds. A GCRA is the burst refilled over burst × interval.
 */
function rateHeaders(name: string, { burst, intervalMs }: GcraRate, { remaining, resetMs }: Taken) {
  const seconds = (ms: number) => Math.ceil(ms / 1_000)
  return {
    'RateLimit-Policy': `"${name}";q=${burst};w=${seconds(burst * intervalMs)}`,
    RateLimit: `"${name}";r=${remaining};t=${seconds(resetMs)}`,
  }
}
