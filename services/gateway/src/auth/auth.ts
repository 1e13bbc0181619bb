import type { Bus } from '@seine/bus'
import { buckets } from '@seine/contracts'
import { isLoopbackHost } from '../http/same-origin.ts'
import type { StoredRate } from '../limits/rate-limiter.ts'
import { type ApiKeys, makeApiKeys, type StoredApiKey } from './api-keys.ts'
import { type Attempts, makeAttempts } from './attempts.ts'
import { type Identify, makeIdentify } from './identify.ts'
import type { NoteDeed } from './note-deed.ts'
import { makePasswords, type ScryptCost } from './password.ts'
import { makeSessions, type Sessions, type StoredSession } from './sessions.ts'
import { makeSetup, type Setup, type StoredSetup } from './setup.ts'
import { makeUsers, type StoredUser, type Users } from './users.ts'

/** Everything about who asks: what the routes of users, keys and sessions and the check of every request stand on. */
export interface Auth {
  readonly users: Users
  readonly sessions: Sessions
  readonly apiKeys: ApiKeys
  readonly attempts: Attempts
  readonly setup: Setup
  readonly identify: Identify
  readonly noteDeed: NoteDeed
  /** Whether a browser that was asked for this `Host` gets its cookie over https alone. */
  isSecure(host: string | undefined): boolean
  /** The broker's time. */
  nowMs(): number
}

export interface AuthSettings {
  readonly bootstrapKey?: string | undefined
  /** Absent: nothing is written down. */
  readonly noteDeed?: NoteDeed
  /** `https://…`: what a browser's cookie is for. Absent: the gateway's own address. */
  readonly publicOrigin?: string | undefined
  /** Absent: {@link defaultCost}. */
  readonly passwordCost?: ScryptCost
}

/** Opens the buckets that the provisioner made. */
export async function openAuth(bus: Pick<Bus, 'bucket' | 'nowMs'>, settings: AuthSettings): Promise<Auth> {
  const nowMs = () => bus.nowMs()
  const passwords = makePasswords(settings.passwordCost)
  const users = makeUsers({ bucket: await bus.bucket<StoredUser>(buckets.users), passwords, nowMs })
  const sessions = makeSessions({ bucket: await bus.bucket<StoredSession>(buckets.sessions), nowMs })
  const apiKeys = makeApiKeys({ bucket: await bus.bucket<StoredApiKey>(buckets.api_keys), nowMs })
  return {
    users,
    sessions,
    apiKeys,
    attempts: makeAttempts({ bucket: await bus.bucket<StoredRate>(buckets.rate_limits), nowMs }),
    setup: makeSetup({ bucket: await bus.bucket<StoredSetup>(buckets.users), users, nowMs }),
    identify: makeIdentify({ users, sessions, apiKeys, bootstrapKey: settings.bootstrapKey }),
    noteDeed: settings.noteDeed ?? (async () => {}),
    isSecure: (host) => settings.publicOrigin?.startsWith('https:') === true || !isLoopbackHost(host ?? ''),
    nowMs,
  }
}
