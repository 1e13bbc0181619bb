import { RpcError } from '@seine/bus'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeApp } from '../http/app.ts'
import { type AnyRoute, accessLevels } from '../http/route.ts'
import { allRoutes } from '../routes.ts'
import { memoryAuth } from './auth.fixture.ts'
import { mayUse } from './caller.ts'
import { roles } from './users.ts'

/** Stands for all that routes stand on: whoever is let through finds that nobody answers. */
const nobodyAnswers: object = new Proxy(() => {}, {
  get: (_target, name) => (name === 'then' ? undefined : nobodyAnswers),
  apply() {
    throw new RpcError('unavailable', 'nobody answers')
  },
})

const auth = await memoryAuth()
const routes = allRoutes(
  new Proxy({ auth } as unknown as Parameters<typeof allRoutes>[0], {
    get: (target, name) => Reflect.get(target, name) ?? nobodyAnswers,
  }),
)
const app = makeApp({ routes, identify: auth.identify, origins: { loopbackOnly: true }, log: silentLogger })

const password = 'correct horse battery'
for (const role of roles) await auth.users.create({ name: role, password, role })
const keys = Object.fromEntries(
  await Promise.all(
    roles.map(async (scope) => {
      const { secret } = await auth.apiKeys.create({ name: scope, scope, createdBy: 'user:admin', expiresAt: null })
      return [scope, secret] as const
    }),
  ),
)

async function ask(route: AnyRoute, headers: Record<string, string>) {
  const method = route.method.toUpperCase()
  const path = route.path.replaceAll(/\{\w+\}/g, 'x')
  const body = method === 'GET' ? {} : { body: '{}' }
  const answer = await app.request(`http://127.0.0.1${path}`, {
    method,
    headers: { host: '127.0.0.1', 'content-type': 'application/json', ...headers },
    ...body,
  })
  // A stream that was let through is not read.
  if (answer.headers.get('content-type') !== 'application/json') return { status: answer.status, code: '' }
  const { error_code: code = '' } = (await answer.json()) as { error_code?: string }
  return { status: answer.status, code }
}

const refusals = ['unauthenticated', 'forbidden', 'csrf']

test('every route says who may use it', () => {
  for (const { id, access } of routes) expect([id, accessLevels.includes(access)]).toEqual([id, true])
})

test('nothing but health, login, setup and reports of errors is open to everybody', () => {
  const open = routes.filter(({ access }) => access === 'public').map(({ id }) => id)
  expect(open.sort()).toEqual([
    'completeSetup',
    'getHealth',
    'getLiveness',
    'getReadiness',
    'getSetup',
    'logIn',
    'reportError',
  ])
})

test.each(routes.map((route) => [route.id, route] as const))(
  '%s lets pass whom its access says',
  async (_id, route) => {
    const nobody = await ask(route, {})
    if (route.access === 'public') expect(refusals).not.toContain(nobody.code)
    else expect(nobody).toEqual({ status: 401, code: 'unauthenticated' })
    for (const role of roles) {
      // A session each: logging out is a route too.
      const { id, csrfToken } = await auth.sessions.open(role)
      const bySession = await ask(route, { cookie: `seine_session=${id}`, 'x-csrf-token': csrfToken })
      const byKey = await ask(route, { authorization: `Bearer ${keys[role]}` })
      for (const { status, code } of [bySession, byKey])
        if (mayUse(role, route.access)) expect(refusals).not.toContain(code)
        else expect({ status, code }).toEqual({ status: 403, code: 'forbidden' })
    }
  },
)

test.each(
  routes.filter(({ method, access }) => method !== 'get' && access !== 'public').map((r) => [r.id, r] as const),
)('%s wants the CSRF token of a session', async (_id, route) => {
  const { id } = await auth.sessions.open('admin')
  const other = await auth.sessions.open('admin')
  const cookie = `seine_session=${id}`
  expect(await ask(route, { cookie })).toEqual({ status: 403, code: 'csrf' })
  expect(await ask(route, { cookie, 'x-csrf-token': other.csrfToken })).toEqual({ status: 403, code: 'csrf' })
})
