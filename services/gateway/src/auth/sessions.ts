import type { Bucket } from '@seine/bus'
import { inTime } from './in-time.ts'
import { makeLookup } from './lookup.ts'
import { digestOf, newSecret } from './secret.ts'

/** A session ends when nothing was asked for so long. */
export const idleMs = 30 * 60_000
/** It ends in any case: whoever works all day logs in once a day. */
export const longestMs = 24 * 3_600_000
/** How often its use is written down. */
const touchEveryMs = 60_000

/** Value in the `sessions` bucket under the SHA-256 of the cookie: whoever reads the bucket can't use what it holds. */
export interface StoredSession {
  readonly user: string
  readonly csrfToken: string
  readonly createdAtMs: number
}

export interface Sessions {
  /** A new session under an id that nobody had before: what goes into the cookie. */
  open(user: string): Promise<StoredSession & { id: string }>
  /** Null: there is none under this id, or it was idle for too long. `isUse` absent: this is a use of it. */
  find(id: string, options?: { isUse?: boolean }): Promise<StoredSession | null>
  close(id: string): Promise<void>
}

/** `nowMs` is the broker's time: an entry's age says how long its session was idle. */
export function makeSessions(deps: { bucket: Bucket<StoredSession>; nowMs: () => number }): Sessions {
  const { bucket, nowMs } = deps
  const lookup = makeLookup(bucket, nowMs)
  return {
    async open(user) {
      const id = newSecret()
      const session = { user, csrfToken: newSecret(), createdAtMs: nowMs() }
      await inTime(bucket.put(digestOf(id), session))
      return { id, ...session }
    },
    async find(id, { isUse = true } = {}) {
      const key = digestOf(id)
      const entry = await lookup.find(key)
      if (entry === null) return null
      const { value, revision, storedAtMs } = entry
      const unusedMs = nowMs() - storedAtMs
      if (unusedMs >= idleMs || nowMs() - value.createdAtMs >= longestMs) return null
      if (isUse && unusedMs >= touchEveryMs) {
        // With its revision: a session that was closed meanwhile does not come back.
        await bucket.update(key, value, revision)
        lookup.forget(key)
      }
      return value
    },
    async close(id) {
      await bucket.delete(digestOf(id))
      lookup.forget(digestOf(id))
    },
  }
}
