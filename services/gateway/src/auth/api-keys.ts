import { randomBytes } from 'node:crypto'
import type { Bucket } from '@seine/bus'
import { z } from 'zod'
import { makeLookup } from './lookup.ts'
import { digestOf, newSecret, sameSecret } from './secret.ts'
import { roles } from './users.ts'

/** What a key may be used for: the same words as roles. */
export const scopes = roles

export const apiKeySchema = z.strictObject({
  /** The part of the key that is no secret. */
  id: z.string(),
  name: z.string(),
  scope: z.enum(scopes),
  createdAt: z.iso.datetime(),
  /** Who made it: `user:<name>` or `key:<id>`. */
  createdBy: z.string(),
  /** Null: never. */
  expiresAt: z.iso.datetime().nullable(),
  /** To the minute. Null: never. */
  lastUsedAt: z.iso.datetime().nullable(),
})
export type ApiKey = z.output<typeof apiKeySchema>

/** Value in the `api_keys` bucket under the key's id. */
export type StoredApiKey = ApiKey & { readonly sha256: string }

export interface ApiKeys {
  list(): Promise<ApiKey[]>
  /** `secret` is the whole key as it is sent; it is stored nowhere. */
  create(key: Pick<ApiKey, 'name' | 'scope' | 'createdBy' | 'expiresAt'>): Promise<{ key: ApiKey; secret: string }>
  /** False: there is none. */
  revoke(id: string): Promise<boolean>
  /** The key that this text is, if it is one and has not expired. Counts as a use of it. */
  verify(secret: string): Promise<ApiKey | null>
}

/** `seine_<id>_<secret>`: the prefix lets scanners for leaked secrets find it. */
const keyPattern = /^seine_([a-f0-9]{12})_([\w-]{43})$/
export const keyId = z.string().regex(/^[a-f0-9]{12}$/, 'expected the id of a key')

const noteUseEveryMs = 60_000

const shown = ({ sha256: _, ...key }: StoredApiKey): ApiKey => key

export function makeApiKeys(deps: { bucket: Bucket<StoredApiKey>; nowMs: () => number }): ApiKeys {
  const { bucket, nowMs } = deps
  const lookup = makeLookup(bucket, nowMs)
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    async list() {
      const keys = (await bucket.list('>')).map(({ value }) => shown(value))
      return keys.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    },
    async create(wanted) {
      const id = randomBytes(6).toString('hex')
      const secret = newSecret()
      const key: ApiKey = { id, ...wanted, createdAt: iso(nowMs()), lastUsedAt: null }
      if ((await bucket.create(id, { ...key, sha256: digestOf(secret) })) === null)
        throw new Error(`a key ${id} exists already`)
      return { key, secret: `seine_${id}_${secret}` }
    },
    async revoke(id) {
      if ((await bucket.get(id)) === null) return false
      await bucket.delete(id)
      lookup.forget(id)
      return true
    },
    async verify(text) {
      const [, id, secret] = keyPattern.exec(text) ?? []
      if (id === undefined || secret === undefined) return null
      const entry = await lookup.find(id)
      if (entry === null || !sameSecret(digestOf(secret), entry.value.sha256)) return null
      const { value, revision } = entry
      const now = nowMs()
      if (value.expiresAt !== null && now >= Date.parse(value.expiresAt)) return null
      if (value.lastUsedAt === null || now - Date.parse(value.lastUsedAt) >= noteUseEveryMs) {
        // With its revision: a key that was revoked meanwhile does not come back.
        await bucket.update(id, { ...value, lastUsedAt: iso(now) }, revision)
        lookup.forget(id)
      }
      return shown(value)
    },
  }
}
