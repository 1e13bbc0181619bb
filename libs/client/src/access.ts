import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export type Role = 'read' | 'run' | 'admin'

export interface WhoAmI {
  readonly caller: { kind: 'session' | 'key'; id: string; name: string; access: Role }
  /** Null: a key needs none. This client sends it by itself. */
  readonly csrfToken: string | null
}

export interface User {
  readonly name: string
  readonly role: Role
  readonly createdAt: string
}

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly scope: Role
  readonly createdAt: string
  readonly createdBy: string
  /** Null: never. */
  readonly expiresAt: string | null
  /** To the minute. Null: never. */
  readonly lastUsedAt: string | null
}

export interface AccessClient {
  /** Sets the browser's session cookie. ApiFailure 401 `wrong-login`, 429 `too-many-logins`. */
  logIn(name: string, password: string): Promise<WhoAmI>
  /** ApiFailure 401 where nobody is logged in. */
  whoAmI(): Promise<WhoAmI>
  logOut(): Promise<void>
  /** Ends every other session of the user. */
  changePassword(current: string, next: string): Promise<WhoAmI>
  /** Whether the first admin is still to be made. */
  setupNeeded(): Promise<boolean>
  /** Makes the first admin with the token that was printed at start, and logs in. */
  completeSetup(token: string, admin: { name: string; password: string }): Promise<WhoAmI>
  listUsers(page?: PageRequest): Promise<Page<User>>
  createUser(user: { name: string; password: string; role: Role }): Promise<User>
  changeUser(name: string, change: { role?: Role; password?: string }): Promise<User>
  removeUser(name: string): Promise<void>
  listKeys(page?: PageRequest): Promise<Page<ApiKey>>
  /** `secret` is the key as it is sent; it is told this once. */
  createKey(key: { name: string; scope: Role; expiresAt?: string | null }): Promise<ApiKey & { secret: string }>
  revokeKey(id: string): Promise<void>
}

export function accessClient({ json, get, send, useCsrfToken }: Transport): AccessClient {
  const known = (who: WhoAmI) => {
    useCsrfToken(who.csrfToken)
    return who
  }
  const userOf = (name: string) => `/api/users/${encodeURIComponent(name)}`
  return {
    logIn: async (name, password) => known(await send('POST', '/api/session', { name, password })),
    whoAmI: async () => known(await get('/api/session')),
    async logOut() {
      await send('DELETE', '/api/session', {})
      useCsrfToken(null)
    },
    changePassword: async (current, next) => known(await send('POST', '/api/session/password', { current, new: next })),
    setupNeeded: async () => (await get<{ needed: boolean }>('/api/setup')).needed,
    completeSetup: async (token, admin) => known(await send('POST', '/api/setup', { token, ...admin })),
    listUsers: (page = {}) => json(`/api/users${queryOf(pageOf(page))}`),
    createUser: (user) => send('POST', '/api/users', user),
    changeUser: (name, change) => send('PATCH', userOf(name), change),
    removeUser: (name) => send('DELETE', userOf(name), {}),
    listKeys: (page = {}) => json(`/api/keys${queryOf(pageOf(page))}`),
    createKey: ({ expiresAt = null, ...key }) => send('POST', '/api/keys', { ...key, expires_at: expiresAt }),
    revokeKey: (id) => send('DELETE', `/api/keys/${encodeURIComponent(id)}`, {}),
  }
}
