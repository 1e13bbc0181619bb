import type { Bucket } from '@seine/bus'
import { inTime } from './in-time.ts'

export type Entry<T> = NonNullable<Awaited<ReturnType<Bucket<T>['get']>>>

/** Reads entries for one request after another: what was found is believed for a second. */
export interface Lookup<T> {
  /** Null: there is none. Throws ApiError 503 where the broker does not answer. */
  find(key: string): Promise<Entry<T> | null>
  /** What was found is not so any more. */
  forget(key: string): void
}

/** So long a revoked key or a closed session is still accepted by other replicas. */
export const believedMs = 1_000
const maxRemembered = 10_000

/** What is not there is asked for every time: it may be made in the next moment, on another replica. */
export function makeLookup<T>(bucket: Pick<Bucket<T>, 'get'>, nowMs: () => number): Lookup<T> {
  const remembered = new Map<string, { entry: Promise<Entry<T> | null>; untilMs: number }>()

  function load(key: string): Promise<Entry<T> | null> {
    const entry = inTime(bucket.get(key))
    const forgetIt = () => {
      if (remembered.get(key)?.entry === entry) remembered.delete(key)
    }
    remembered.set(key, { entry, untilMs: nowMs() + believedMs })
    entry.then((found) => found === null && forgetIt(), forgetIt)
    for (const oldest of remembered.keys()) {
      if (remembered.size <= maxRemembered) break
      remembered.delete(oldest)
    }
    return entry
  }

  return {
    find(key) {
      const known = remembered.get(key)
      if (known !== undefined && nowMs() < known.untilMs) return known.entry
      remembered.delete(key)
      return load(key)
    },
    forget: (key) => void remembered.delete(key),
  }
}
