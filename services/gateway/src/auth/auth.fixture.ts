import type { Bucket } from '@seine/bus'
import type { BucketSettings } from '@seine/contracts'
import { type Auth, type AuthSettings, openAuth } from './auth.ts'
import type { Identify } from './identify.ts'
import type { ScryptCost } from './password.ts'

/** Fast, and worth nothing. */
export const cheapCost: ScryptCost = { logN: 4, r: 1, p: 1 }

/** For tests that are about something else. */
export const everyoneIsAdmin: Identify = async () => ({
  caller: { kind: 'key', id: 'test', name: 'test', access: 'admin' },
  csrfToken: null,
  refused: null,
})

/** Buckets in memory, with the broker's time as the test wants it; `fail` makes every request of them fail. */
export function memoryBuckets(nowMs: () => number = Date.now) {
  const stores = new Map<string, Map<string, { value: unknown; revision: number; storedAtMs: number }>>()
  const state = { failing: false, writes: 0, reads: 0 }
  let revision = 0

  async function bucket<T>({ name, ttlMs }: BucketSettings): Promise<Bucket<T>> {
    const store = stores.get(name) ?? new Map<string, { value: T; revision: number; storedAtMs: number }>()
    stores.set(name, store)
    const answering = () => {
      if (state.failing) throw new Error('broker away')
    }
    const live = (key: string) => {
      const entry = store.get(key) as { value: T; revision: number; storedAtMs: number } | undefined
      return entry === undefined || (ttlMs > 0 && nowMs() - entry.storedAtMs >= ttlMs) ? null : entry
    }
    const write = (key: string, value: T) => {
      state.writes++
      store.set(key, { value: structuredClone(value), revision: ++revision, storedAtMs: nowMs() })
      return revision
    }
    return {
      async get(key) {
        answering()
        state.reads++
        return live(key)
      },
      async put(key, value) {
        answering()
        return write(key, value)
      },
      async create(key, value) {
        answering()
        return live(key) === null ? write(key, value) : null
      },
      async update(key, value, at) {
        answering()
        return live(key)?.revision === at ? write(key, value) : null
      },
      async delete(key) {
        answering()
        store.delete(key)
      },
      async list(filter) {
        answering()
        const prefix = filter.replace(/>$/, '')
        return [...store.keys()].flatMap((key) => {
          const entry = key.startsWith(prefix) ? live(key) : null
          return entry === null ? [] : [{ key, value: entry.value }]
        })
      },
      async watch() {},
      hear() {},
    }
  }
  return { bucket, nowMs, state }
}

/** Users, keys and sessions in memory. */
export function memoryAuth(settings: AuthSettings = {}, nowMs?: () => number): Promise<Auth> {
  return openAuth(memoryBuckets(nowMs), { passwordCost: cheapCost, ...settings })
}
