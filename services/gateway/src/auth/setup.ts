import type { Bucket } from '@seine/bus'
import { ApiError } from '../http/api-error.ts'
import { digestOf, newSecret } from './secret.ts'
import type { User, Users } from './users.ts'

/** Value in the `users` bucket under `setup.<SHA-256 of the token>`. */
export interface StoredSetup {
  readonly untilMs: number
  readonly used: boolean
}

/** A token that nobody used is worth nothing after a day. */
export const setupTokenMs = 24 * 3_600_000

/** How the first admin comes about; there is no default password. */
export interface Setup {
  /** Whether there is no user yet. */
  isNeeded(): Promise<boolean>
  /** A one-time token for {@link complete}; `token` absent: a new one. Null: there is a user already. */
  offer(token?: string): Promise<string | null>
  /** Makes the first admin. Throws ApiError 403 for a token that was not offered, was used, or is not needed any more. */
  complete(token: string, admin: { name: string; password: string }): Promise<User>
  /** The admin that the environment names, made where there is no such user yet. True: made now. */
  fromEnvironment(admin: { name: string; password: string }): Promise<boolean>
}

export function makeSetup(deps: { bucket: Bucket<StoredSetup>; users: Users; nowMs: () => number }): Setup {
  const { bucket, users, nowMs } = deps
  const keyOf = (token: string) => `setup.${digestOf(token)}`
  const isNeeded = async () => (await users.list()).length === 0
  const refused = () => new ApiError(403, 'setup-refused', 'this setup token is not valid (any more)')
  return {
    isNeeded,
    async offer(token = newSecret()) {
      if (!(await isNeeded())) return null
      // A token that was used stays used, also when it is in the environment of the next start.
      await bucket.create(keyOf(token), { untilMs: nowMs() + setupTokenMs, used: false })
      return token
    },
    async complete(token, admin) {
      const offered = await bucket.get(keyOf(token))
      if (offered === null || offered.value.used || nowMs() >= offered.value.untilMs || !(await isNeeded()))
        throw refused()
      const used = await bucket.update(keyOf(token), { ...offered.value, used: true }, offered.revision)
      const user = used === null ? null : await users.create({ ...admin, role: 'admin' })
      if (user === null) throw refused()
      return user
    },
    async fromEnvironment({ name, password }) {
      return (await users.find(name)) === null && (await users.create({ name, password, role: 'admin' })) !== null
    },
  }
}
