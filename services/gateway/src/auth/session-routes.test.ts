import { buckets } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { beforeEach, expect, test } from 'vitest'
import { makeApp } from '../http/app.ts'
import { loginRates } from './attempts.ts'
import { cheapCost, memoryBuckets } from './auth.fixture.ts'
import { type Auth, openAuth } from './auth.ts'
import { authRoutes } from './auth-routes.ts'
import type { NoteDeed } from './note-deed.ts'
import { idleMs } from './sessions.ts'

const password = 'correct horse battery'
let now = 0
let auth: Auth
let store: ReturnType<typeof memoryBuckets>
let deeds: string[] = []
let app: ReturnType<typeof makeApp>
beforeEach(async () => {
  now = 1_700_000_000_000
  deeds = []
  const noteDeed: NoteDeed = async ({ action, subject }, { caller }) =>
    void deeds.push(`${caller.name}: ${action} ${subject}`)
  store = memoryBuckets(() => now)
  auth = await openAuth(store, { bootstrapKey: 'b'.repeat(40), passwordCost: cheapCost, noteDeed })
  const origins = { loopbackOnly: false }
  app = makeApp({ routes: authRoutes(auth), identify: auth.identify, origins, log: silentLogger })
  await auth.users.create({ name: 'ada', password, role: 'admin' })
})

interface Who {
  cookie?: string
  csrf?: string
  key?: string
  host?: string
  address?: string
  isBackground?: boolean
}

async function ask(method: string, path: string, body?: unknown, who: Who = {}) {
  const { cookie, csrf, key, host = 'seine.example', address = '192.0.2.1', isBackground = false } = who
  const headers = {
    host,
    'content-type': 'application/json',
    ...(cookie === undefined ? {} : { cookie }),
    ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(isBackground ? { 'x-seine-background': '1' } : {}),
  }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const node = { incoming: { socket: { remoteAddress: address } } }
  const answer = await app.request(`http://${host}${path}`, init, node)
  const json = (await answer.json()) as { data: Record<string, unknown>; error_code?: string; details: object }
  return { status: answer.status, headers: answer.headers, ...json }
}

async function logIn(name = 'ada', word = password, who: Who = {}) {
  const answer = await ask('POST', '/api/session', { name, password: word }, who)
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { ...answer, cookie, csrf: String(answer.data?.csrfToken) }
}

test('a login gives a cookie that scripts and other sites can not use, and the CSRF token', async () => {
  const { status, headers, data } = await logIn()
  expect(status).toBe(201)
  expect(headers.get('set-cookie')).toMatch(/^seine_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
  expect(data).toEqual({
    caller: { kind: 'session', id: 'ada', name: 'ada', access: 'admin' },
    csrfToken: expect.stringMatching(/^[\w-]{43}$/),
  })
  const onThisMachine = await logIn('ada', password, { host: '127.0.0.1:8080' })
  expect(onThisMachine.headers.get('set-cookie')).not.toContain('Secure')
})

test('a login makes a new session and ends the one that the browser came with', async () => {
  const first = await logIn()
  const second = await logIn('ada', password, { cookie: first.cookie })
  expect(second.cookie).not.toBe(first.cookie)
  expect((await ask('GET', '/api/session', undefined, first)).status).toBe(401)
  expect((await ask('GET', '/api/session', undefined, second)).data).toEqual(second.data)
})

test('an id that somebody else prepared does not become a session', async () => {
  const prepared = `seine_session=${'p'.repeat(43)}`
  const { cookie } = await logIn('ada', password, { cookie: prepared })
  expect(cookie).not.toBe(prepared)
  expect((await ask('GET', '/api/session', undefined, { cookie: prepared })).status).toBe(401)
})

test('a logout ends the session for good', async () => {
  const session = await logIn()
  expect((await ask('DELETE', '/api/session', {}, session)).headers.get('set-cookie')).toContain('Max-Age=0')
  expect((await ask('GET', '/api/session', undefined, session)).error_code).toBe('unauthenticated')
})

test('a session ends by itself after 30 idle minutes', async () => {
  const session = await logIn()
  now += idleMs
  expect((await ask('GET', '/api/session', undefined, session)).status).toBe(401)
})

test('what a page asks by itself is answered and keeps no session alive', async () => {
  const session = await logIn()
  for (let elapsed = 0; elapsed < idleMs; elapsed += idleMs / 4) {
    expect((await ask('GET', '/api/session', undefined, { ...session, isBackground: true })).status).toBe(200)
    now += idleMs / 4
  }
  expect((await ask('GET', '/api/session', undefined, { ...session, isBackground: true })).status).toBe(401)
})

test('nobody is told in the same answer whether the first admin is still to be made', async () => {
  expect(await ask('GET', '/api/session')).toMatchObject({ status: 401, details: { setupNeeded: false } })
  await (await store.bucket(buckets.users)).delete('user.ada')
  expect(await ask('GET', '/api/session')).toMatchObject({ status: 401, details: { setupNeeded: true } })
})

test('a wrong password and an unknown user are told in the same words', async () => {
  const wrong = await logIn('ada', 'wrong')
  const unknown = await logIn('bob', password)
  expect([wrong.status, wrong.error_code]).toEqual([401, 'wrong-login'])
  expect([unknown.status, unknown.error_code]).toEqual([401, 'wrong-login'])
})

test('logins are limited by user from wherever they come, and let in again after a while', async () => {
  for (let n = 0; n < loginRates.user.burst; n++)
    expect((await logIn('ada', 'wrong', { address: `192.0.2.${n}` })).status).toBe(401)
  const refused = await logIn('ada', password, { address: '192.0.2.99' })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('30')
  now += loginRates.user.intervalMs
  expect((await logIn()).status).toBe(201)
})

test('logins are limited by address, whomever they try', async () => {
  for (let n = 0; n < loginRates.address.burst; n++) expect((await logIn(`user-${n}`, 'wrong')).status).toBe(401)
  expect((await logIn('ada')).status).toBe(429)
  expect((await logIn('ada', password, { address: '192.0.2.2' })).status).toBe(201)
})

test('who knows the password is not locked out by having typed it often', async () => {
  for (let n = 0; n < loginRates.user.burst * 3; n++)
    expect((await logIn('ada', password, { address: `192.0.2.${n}` })).status).toBe(201)
})

test('a role that was taken away is gone within a second, and so is a removed user', async () => {
  await auth.users.create({ name: 'bob', password, role: 'admin' })
  const bob = await logIn('bob')
  expect((await ask('GET', '/api/users', undefined, bob)).status).toBe(200)
  await auth.users.change('bob', { role: 'read' })
  expect((await ask('GET', '/api/users', undefined, bob)).status).toBe(403)
  await auth.users.remove('bob')
  expect((await ask('GET', '/api/session', undefined, bob)).status).toBe(401)
})

test('the own password is changed with the old one, and ends the other sessions', async () => {
  const [here, there] = [await logIn(), await logIn()]
  now += 1
  const next = 'another long password'
  const wrong = await ask('POST', '/api/session/password', { current: 'wrong', new: next }, here)
  expect([wrong.status, wrong.error_code]).toEqual([403, 'wrong-password'])
  const changed = await ask('POST', '/api/session/password', { current: password, new: next }, here)
  expect(changed.status).toBe(200)
  expect((await ask('GET', '/api/session', undefined, there)).status).toBe(401)
  const cookie = changed.headers.get('set-cookie')!.split(';')[0]!
  expect((await ask('GET', '/api/session', undefined, { cookie })).status).toBe(200)
  expect((await logIn('ada', next)).status).toBe(201)
})

test('keys are made by an admin, told once, used and revoked', async () => {
  const ada = await logIn()
  const made = await ask('POST', '/api/keys', { name: 'ci', scope: 'read' }, ada)
  expect(made.status).toBe(201)
  const key = String(made.data.secret)
  expect(made.data.createdBy).toBe('user:ada')
  expect((await ask('GET', '/api/session', undefined, { key })).data.caller).toMatchObject({
    kind: 'key',
    access: 'read',
  })
  expect((await ask('GET', '/api/keys', undefined, { key })).status).toBe(403)
  const listed = await ask('GET', '/api/keys', undefined, ada)
  expect(listed.data).toEqual([expect.objectContaining({ id: made.data.id, name: 'ci' })])
  expect(JSON.stringify(listed)).not.toContain(key.slice(-43))
  expect((await ask('DELETE', `/api/keys/${made.data.id}`, {}, ada)).status).toBe(200)
  expect((await ask('GET', '/api/session', undefined, { key })).status).toBe(401)
  expect((await ask('DELETE', `/api/keys/${made.data.id}`, {}, ada)).status).toBe(404)
})

test('a key that has expired before it is made is refused by field', async () => {
  const body = { name: 'ci', scope: 'read', expires_at: '2001-01-01T00:00:00Z' }
  const answer = await ask('POST', '/api/keys', body, await logIn())
  expect(answer.status).toBe(422)
  expect(answer.details).toMatchObject({ fields: { expires_at: [expect.any(String)] } })
})

test('the bootstrap key is an admin’s, and no other text of its length is', async () => {
  expect((await ask('GET', '/api/users', undefined, { key: 'b'.repeat(40) })).status).toBe(200)
  expect((await ask('GET', '/api/users', undefined, { key: 'c'.repeat(40) })).status).toBe(401)
})

test('users are made, changed and removed by an admin', async () => {
  const ada = await logIn()
  const made = await ask('POST', '/api/users', { name: 'bob', password, role: 'run' }, ada)
  expect([made.status, made.headers.get('location')]).toEqual([201, '/api/users/bob'])
  expect((await ask('POST', '/api/users', { name: 'bob', password, role: 'run' }, ada)).error_code).toBe('name-taken')
  expect((await ask('POST', '/api/users', { name: 'eve', password: 'short', role: 'run' }, ada)).status).toBe(422)
  expect((await ask('PATCH', '/api/users/bob', { role: 'read' }, ada)).data).toMatchObject({ role: 'read' })
  expect((await ask('DELETE', '/api/users/bob', {}, ada)).status).toBe(200)
  expect((await ask('DELETE', '/api/users/ada', {}, ada)).error_code).toBe('last-admin')
})

test('the setup is not needed where there is a user, and its route makes nobody then', async () => {
  expect((await ask('GET', '/api/setup')).data).toEqual({ needed: false })
  const answer = await ask('POST', '/api/setup', { token: 'guess', name: 'eve', password })
  expect(answer.error_code).toBe('setup-refused')
})

test('who changes who may do what is written down, without a secret', async () => {
  const ada = await logIn()
  const { data } = await ask('POST', '/api/keys', { name: 'ci', scope: 'read' }, ada)
  await ask('DELETE', `/api/keys/${data.id}`, {}, ada)
  await ask('POST', '/api/users', { name: 'bob', password, role: 'run' }, ada)
  await ask('PATCH', '/api/users/bob', { role: 'read' }, ada)
  await ask('DELETE', '/api/users/bob', {}, ada)
  await ask('POST', '/api/session/password', { current: password, new: 'another long password' }, ada)
  const done = [`key.created ${data.id}`, `key.revoked ${data.id}`, 'user.created bob', 'user.changed bob']
  expect(deeds).toEqual([...done, 'user.removed bob', 'user.changed ada'].map((deed) => `ada: ${deed}`))
})

test('while the broker is away nobody is let in, and nobody is told that the password was wrong', async () => {
  const ada = await logIn()
  now += 2_000
  store.state.failing = true
  expect((await logIn()).status).toBe(503)
  expect((await ask('GET', '/api/session', undefined, ada)).status).toBe(503)
  expect((await ask('GET', '/api/session', undefined, { key: 'b'.repeat(40) })).status).toBe(200)
  store.state.failing = false
  expect((await ask('GET', '/api/session', undefined, ada)).status).toBe(200)
})
