import type { Bucket } from '@seine/bus'
import { addressGroup } from '../http/client-address.ts'
import { type GcraRate, take } from '../limits/gcra.ts'
import { tooMany } from '../limits/limit-callers.ts'
import type { StoredRate } from '../limits/rate-limiter.ts'
import { inTime } from './in-time.ts'
import { digestOf } from './secret.ts'

/** Logins that may follow each other, then how often one more. */
export const loginRates = {
  user: { burst: 10, intervalMs: 30_000 },
  address: { burst: 20, intervalMs: 6_000 },
} as const satisfies Record<string, GcraRate>

export interface Attempts {
  /** Counts one try before it is looked at. Throws ApiError 429, 503 where that can't be counted. */
  count(user: string, address: string): Promise<void>
  /** The user's own tries are forgotten: the password was right. */
  forgive(user: string): Promise<void>
}

const maxConflicts = 20

/** Counted before the password is hashed, and by all replicas together: each try costs 32 MiB and 180 ms of a core. */
export function makeAttempts(deps: { bucket: Bucket<StoredRate>; nowMs: () => number }): Attempts {
  const { bucket, nowMs } = deps
  // Digests: a name may be anything that somebody typed, also a password.
  const keyOf = (kind: keyof typeof loginRates, who: string) => `login.${kind}.${digestOf(who)}`

  async function countOne(kind: keyof typeof loginRates, who: string): Promise<void> {
    const key = keyOf(kind, who)
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await inTime(bucket.get(key))
      const taken = take(found?.value.tatMs ?? 0, 1, loginRates[kind], nowMs())
      if (taken.granted === 0) throw tooMany('too-many-logins', 'logins', taken.retryAfterMs)
      const next = { tatMs: taken.tatMs }
      const written = await inTime(found === null ? bucket.create(key, next) : bucket.update(key, next, found.revision))
      if (written !== null) return
    }
    throw tooMany('too-many-logins', 'logins', 1_000)
  }

  return {
    async count(user, address) {
      await countOne('address', addressGroup(address))
      await countOne('user', user)
    },
    forgive: (user) => bucket.delete(keyOf('user', user)),
  }
}
