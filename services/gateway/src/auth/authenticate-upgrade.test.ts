import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { tooMany } from '../limits/limit-callers.ts'
import { memoryAuth } from './auth.fixture.ts'
import { makeAuthenticateUpgrade } from './authenticate-upgrade.ts'

const auth = await memoryAuth()
await auth.users.create({ name: 'ada', password: 'correct horse battery', role: 'read' })
const { secret } = await auth.apiKeys.create({ name: 'ci', scope: 'run', createdBy: 'user:ada', expiresAt: null })
const { id } = await auth.sessions.open('ada')
const cookie = `seine_session=${id}`
const origins = { loopbackOnly: false, publicOrigin: 'https://seine.example' }
const authenticate = makeAuthenticateUpgrade({ identify: auth.identify, origins, trustedProxies: 0 })
const ask = (headers: Record<string, string>) =>
  authenticate({
    headers: { host: 'gateway:8080', ...headers },
    socket: { remoteAddress: '192.0.2.1' },
  } as IncomingMessage)

test('a program opens a WebSocket with its key, a browser with its cookie from a page of the gateway', async () => {
  expect(await ask({ authorization: `Bearer ${secret}` })).toMatchObject({ ok: true, caller: { name: 'ci' } })
  expect(await ask({ cookie, origin: 'https://seine.example' })).toMatchObject({ ok: true, caller: { name: 'ada' } })
  expect(await ask({ cookie, origin: 'http://gateway:8080' })).toMatchObject({ ok: true })
})

test.each([
  ['nobody', {}, 401, 'unauthenticated'],
  ['a key that is none', { authorization: 'Bearer x' }, 401, 'unauthenticated'],
  ['a page of another site with the cookie', { cookie, origin: 'https://evil.example' }, 403, 'forbidden-origin'],
  ['a page without an origin of its own', { cookie, origin: 'null' }, 403, 'forbidden-origin'],
  ['a cookie without an Origin', { cookie }, 403, 'forbidden-origin'],
  [
    'a page of another site with a key',
    { authorization: `Bearer ${secret}`, origin: 'https://evil.example' },
    403,
    'forbidden-origin',
  ],
])('%s is refused', async (_who, headers, status, code) => {
  expect(await ask(headers as Record<string, string>)).toMatchObject({ ok: false, refusal: { status, code } })
})

test('a WebSocket is one request of its caller, and one too many is told when to come back', async () => {
  const limit = async () => {
    throw tooMany('rate-limited', 'requests', 1_500)
  }
  const limited = makeAuthenticateUpgrade({ identify: auth.identify, limit, origins, trustedProxies: 0 })
  const headers = { host: 'gateway:8080', authorization: `Bearer ${secret}` }
  const answer = await limited({ headers, socket: { remoteAddress: '192.0.2.1' } } as IncomingMessage)
  expect(answer).toMatchObject({ ok: false, refusal: { status: 429, headers: { 'Retry-After': '2' } } })
})
