import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream'
import { type KV, type KvEntry, Kvm } from '@nats-io/kv'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { type BucketSettings, bucketSubject } from '@seine/contracts'
import { type Clock, type Logger, messageOf } from '@seine/runtime'
import type { Link } from './link.ts'

/** Values by key, as JSON. Keys are subject tokens joined by dots. Entries live as long as the bucket says. */
export interface Bucket<T> {
  /** Null: no such key, or it was deleted. `storedAtMs` is the broker's clock. */
  get(key: string): Promise<{ value: T; revision: number; storedAtMs: number } | null>
  /** Gives the new revision. */
  put(key: string, value: T): Promise<number>
  /** Null: it exists already. */
  create(key: string, value: T): Promise<number | null>
  /** Null: the revision is not the key's latest any more. */
  update(key: string, value: T, revision: number): Promise<number | null>
  delete(key: string): Promise<void>
  /** What matches now, in no order. For buckets of which a person has made every entry: it is read whole. */
  list(keyFilter: string): Promise<{ key: string; value: T }[]>
  /**
   * Calls back with every value that matches, then with each change; null: deleted. After a loss of the broker values
   * come again. Resolves once the values there now have been told; goes on until the signal.
   */
  watch(keyFilter: string, onChange: (key: string, value: T | null) => void, signal: AbortSignal): Promise<void>
  /**
   * Calls back with what anybody writes to the key, until the signal. No more than a hint: a write may be told that is refused then, and
   * one may be missed. Costs a subscription and no consumer.
   */
  hear(key: string, onWrite: (value: T) => void, signal: AbortSignal): void
}

const watchPauseMs = 1_000
const readyTimeoutMs = 10_000

/** Opens a bucket that the provisioner made. */
export async function openBucket<T>(
  deps: { nc: NatsConnection; js: JetStreamClient; link: Link; clock: Clock; log: Logger },
  settings: BucketSettings,
): Promise<Bucket<T>> {
  const kv = await new Kvm(deps.js).open(settings.name, { allow_direct: true })
  return {
    async get(key) {
      const entry = await kv.get(key)
      if (entry === null || entry.operation !== 'PUT') return null
      return { value: entry.json<T>(), revision: entry.revision, storedAtMs: entry.created.getTime() }
    },
    put: (key, value) => kv.put(key, JSON.stringify(value)),
    create: (key, value) => nullOnConflict(kv.create(key, JSON.stringify(value))),
    update: (key, value, revision) => nullOnConflict(kv.update(key, JSON.stringify(value), revision)),
    delete: (key) => kv.delete(key),
    async list(keyFilter) {
      const latest = new Map<string, T | null>()
      for await (const entry of entriesNow(kv, keyFilter)) latest.set(entry.key, storedValue<T>(entry))
      return [...latest].flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
    },
    async watch(keyFilter, onChange, signal) {
      const ready = Promise.withResolvers<void>()
      void watchForEver(kv, keyFilter, onChange, signal, ready.resolve).catch(ready.reject)
      // The one key there was may have expired before it was told.
      void deps.clock.sleep(readyTimeoutMs, signal).then(ready.resolve)
      await ready.promise
    },
    hear(key, onWrite, signal) {
      if (signal.aborted || deps.nc.isClosed()) return
      const callback = (error: Error | null, message: Msg) => {
        const value = error === null ? readableOf<T>(message) : null
        if (value !== null) onWrite(value)
      }
      const subscription = deps.nc.subscribe(bucketSubject(settings.name, key), { callback })
      signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true })
    },
  }

  async function watchForEver(
    store: KV,
    keyFilter: string,
    onChange: (key: string, value: T | null) => void,
    signal: AbortSignal,
    onReady: () => void,
  ): Promise<void> {
    while (!signal.aborted && !deps.link.closed) {
      try {
        const changes = await store.watch({ key: keyFilter })
        if (!(await hasKeys(store, keyFilter))) onReady()
        const stop = () => changes.stop()
        signal.addEventListener('abort', stop, { once: true })
        const forget = deps.link.onLost(stop)
        for await (const entry of changes) {
          onChange(entry.key, storedValue<T>(entry))
          // The last of the first ones is marked as an update already.
          if (entry.isUpdate) onReady()
        }
        forget()
        signal.removeEventListener('abort', stop)
      } catch (error) {
        deps.log.warn('bucket can not be watched, trying again', { bucket: settings.name, error: messageOf(error) })
      }
      await deps.clock.sleep(watchPauseMs, signal)
      await deps.link.whenUp()
    }
    onReady()
  }
}

/**
 * What there is now. The consumer that the client reads it with is ended here: by itself it would stay for five minutes, and a stream has
 * room for a thousand.
 */
async function* entriesNow(store: KV, keyFilter: string): AsyncGenerator<KvEntry> {
  const entries = await store.history({ key: keyFilter })
  try {
    yield* entries
  } finally {
    const { _data: consumer } = entries as { _data?: { delete(): Promise<boolean> } }
    // Where the broker was lost meanwhile it ends by itself.
    await consumer?.delete().catch(() => false)
  }
}

async function hasKeys(store: KV, keyFilter: string): Promise<boolean> {
  for await (const _entry of entriesNow(store, keyFilter)) return true
  return false
}

function storedValue<T>(entry: KvEntry): T | null {
  return entry.operation === 'PUT' ? entry.json<T>() : null
}

/** Null: a deletion, or nothing that can be read, which whoever reads the entry is told. */
function readableOf<T>(message: Msg): T | null {
  if (message.data.length === 0) return null
  try {
    return message.json<T>()
  } catch {
    return null
  }
}

async function nullOnConflict(write: Promise<number>): Promise<number | null> {
  try {
    return await write
  } catch (error) {
    if (isConflict(error)) return null
    throw error
  }
}

const conflictCodes: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]

function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && conflictCodes.includes(error.code)
}
