import type { Bucket } from '@seine/bus'
import { z } from 'zod'
import type { Access } from '../http/route.ts'
import { makeLookup } from './lookup.ts'
import type { Passwords } from './password.ts'

/** What a user may be. */
export const roles = ['read', 'run', 'admin'] as const satisfies readonly Access[]
export type Role = (typeof roles)[number]

/** Lower case, as one key of a bucket. */
export const userName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'expected lower-case letters, digits and single . _ - between them')

/** Long enough that guessing needs a dictionary, bounded because every character is hashed. */
export const newPassword = z.string().min(12, 'expected 12 characters or more').max(200)

export const userSchema = z.strictObject({ name: userName, role: z.enum(roles), createdAt: z.iso.datetime() })
export type User = z.output<typeof userSchema>

/** Value in the `users` bucket under `user.<name>`. */
export interface StoredUser extends User {
  readonly password: string
  /** Sessions opened before are void: the password changed. */
  readonly sessionsFromMs: number
}

export type UserChange = { role?: Role | undefined; password?: string | undefined }

export interface Users {
  find(name: string): Promise<StoredUser | null>
  list(): Promise<User[]>
  /** Null: the name is taken. */
  create(user: { name: string; password: string; role: Role }): Promise<User | null>
  change(name: string, change: UserChange): Promise<User | 'unknown' | 'last-admin' | 'conflict'>
  remove(name: string): Promise<'removed' | 'unknown' | 'last-admin'>
  /** The user, if that is the password. An unknown name takes as long as a wrong password. */
  verify(name: string, password: string): Promise<User | null>
}

const keyOf = (name: string) => `user.${name}`
const shown = ({ name, role, createdAt }: StoredUser): User => ({ name, role, createdAt })

/** The people who may log in. There is always an admin among them once there was one. */
export function makeUsers(deps: { bucket: Bucket<StoredUser>; passwords: Passwords; nowMs: () => number }): Users {
  const { bucket, passwords, nowMs } = deps
  const lookup = makeLookup(bucket, nowMs)
  const stored = async () => (await bucket.list(keyOf('>'))).map(({ value }) => value)
  const find = async (name: string) => (await lookup.find(keyOf(name)))?.value ?? null
  const isLastAdmin = async (name: string) =>
    (await stored()).filter(({ role }) => role === 'admin').every((admin) => admin.name === name)

  return {
    find,
    async list() {
      return (await stored()).map(shown).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async create({ name, password, role }) {
      const now = nowMs()
      const user: StoredUser = {
        name,
        role,
        createdAt: new Date(now).toISOString(),
        password: await passwords.hash(password),
        sessionsFromMs: now,
      }
      return (await bucket.create(keyOf(name), user)) === null ? null : shown(user)
    },
    async change(name, { role, password }) {
      const found = await bucket.get(keyOf(name))
      if (found === null) return 'unknown'
      const demoted = found.value.role === 'admin' && role !== undefined && role !== 'admin'
      if (demoted && (await isLastAdmin(name))) return 'last-admin'
      const user: StoredUser = {
        ...found.value,
        ...(role === undefined ? {} : { role }),
        ...(password === undefined ? {} : { password: await passwords.hash(password), sessionsFromMs: nowMs() }),
      }
      const revision = await bucket.update(keyOf(name), user, found.revision)
      lookup.forget(keyOf(name))
      return revision === null ? 'conflict' : shown(user)
    },
    async remove(name) {
      const found = await bucket.get(keyOf(name))
      if (found === null) return 'unknown'
      if (found.value.role === 'admin' && (await isLastAdmin(name))) return 'last-admin'
      await bucket.delete(keyOf(name))
      lookup.forget(keyOf(name))
      return 'removed'
    },
    async verify(name, password) {
      const user = userName.safeParse(name).success ? await find(name) : null
      const isRight = await passwords.verify(password, user?.password ?? null)
      return isRight && user !== null ? shown(user) : null
    },
  }
}
