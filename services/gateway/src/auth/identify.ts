import type { ApiKeys } from './api-keys.ts'
import type { Caller } from './caller.ts'
import { sameSecret } from './secret.ts'
import { readSessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import type { Users } from './users.ts'

/** `1`: a page asked by itself, nobody did anything. A session does not last longer for it. */
export const backgroundHeader = 'X-Seine-Background'

/** What of a request says who asks. */
export interface Credentials {
  /** Undefined: no such header. */
  header(name: string): string | undefined
  /** Of the client, see `clientAddress`. */
  readonly address: string
  /** True: it is only looked at, a session does not last longer for it. */
  readonly isNoUse?: boolean
}

export interface Identity {
  readonly caller: Caller
  /** What unsafe requests of this session have to carry in `X-CSRF-Token`. Null: it is no session. */
  readonly csrfToken: string | null
  /** Why a credential that was sent counts for nothing. Null: it counts, or there was none. */
  readonly refused: string | null
}

/** Says who asks. Throws ApiError 503 where that can't be checked just now. */
export type Identify = (request: Credentials) => Promise<Identity>

/** The key that `seine up` hands to its gateway, so that its own commands can use it. */
export const bootstrapCaller: Caller = { kind: 'key', id: 'bootstrap', name: 'bootstrap', access: 'admin' }

/** Whoever says nothing of themselves, or nothing that counts. */
export function anonymous(address: string, refused: string | null = null): Identity {
  const caller: Caller = { kind: 'anonymous', id: address, name: 'anonymous', access: 'public' }
  return { caller, csrfToken: null, refused }
}

/** A key goes before a cookie: it was given on purpose. */
export function makeIdentify(deps: {
  users: Pick<Users, 'find'>
  sessions: Pick<Sessions, 'find'>
  apiKeys: Pick<ApiKeys, 'verify'>
  /** Absent: there is none. */
  bootstrapKey?: string | undefined
}): Identify {
  const { users, sessions, apiKeys, bootstrapKey } = deps

  async function byKey(key: string): Promise<Caller | null> {
    if (bootstrapKey !== undefined && sameSecret(key, bootstrapKey)) return bootstrapCaller
    const found = await apiKeys.verify(key)
    return found === null ? null : { kind: 'key', id: found.id, name: found.name, access: found.scope }
  }

  async function bySession(id: string, isUse: boolean): Promise<Identity | null> {
    const session = await sessions.find(id, { isUse })
    if (session === null) return null
    // Asked for each time: a role that was taken away is gone at once.
    const user = await users.find(session.user)
    if (user === null || session.createdAtMs < user.sessionsFromMs) return null
    const caller: Caller = { kind: 'session', id: user.name, name: user.name, access: user.role }
    return { caller, csrfToken: session.csrfToken, refused: null }
  }

  return async (request) => {
    const nobody = (refused: string | null) => anonymous(request.address, refused)
    const authorization = request.header('authorization')
    const key = authorization === undefined ? request.header('x-api-key') : bearerOf(authorization)
    if (key === null) return nobody('expected "Authorization: Bearer <key>"')
    if (key !== undefined) {
      const caller = await byKey(key)
      return caller === null
        ? nobody('this API key does not exist, was revoked or has expired')
        : { caller, csrfToken: null, refused: null }
    }
    const sessionId = readSessionCookie(request.header('cookie'))
    if (sessionId === undefined) return nobody(null)
    const isUse = request.isNoUse !== true && request.header(backgroundHeader) !== '1'
    return (await bySession(sessionId, isUse)) ?? nobody('the session has ended: log in again')
  }
}

function bearerOf(authorization: string): string | null {
  return /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1] ?? null
}
