import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { type AnyRoute, type DataAnswer, defineRoute, type RequestContext } from '../http/route.ts'
import type { Auth } from './auth.ts'
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from './session-cookie.ts'
import { newPassword, roles, userName } from './users.ts'

/** Who asks, as the API tells it. */
export const whoAmISchema = z.strictObject({
  caller: z.strictObject({
    kind: z.enum(['session', 'key']),
    id: z.string(),
    name: z.string(),
    access: z.enum(roles),
  }),
  /** What unsafe requests of this session have to send in `X-CSRF-Token`. Null: a key needs none. */
  csrfToken: z.string().nullable(),
})

const loginBody = z.strictObject({
  name: z.string().min(1).max(64),
  password: z.string().min(1).max(200),
})

const setupBody = z.strictObject({
  /** As it was printed at start. */
  token: z.string().min(1).max(512),
  name: userName,
  password: newPassword,
})

const passwordBody = z.strictObject({ current: z.string().min(1).max(200), new: newPassword })

/** Logging in and out, and how the first admin is made. */
export function sessionRoutes({ users, sessions, attempts, setup, noteDeed, isSecure }: Auth): AnyRoute[] {
  /** A new session in place of the one that the browser may have: nobody can prepare a session for somebody else. */
  async function logIn(user: { name: string; role: (typeof roles)[number] }, context: RequestContext) {
    const before = readSessionCookie(context.header('cookie'))
    if (before !== undefined) await sessions.close(before)
    const { id, csrfToken } = await sessions.open(user.name)
    const caller = { kind: 'session', id: user.name, name: user.name, access: user.role }
    const headers = { 'Set-Cookie': writeSessionCookie(id, isSecure(context.header('host'))) }
    return { data: { caller, csrfToken }, headers } satisfies DataAnswer
  }

  return [
    defineRoute({
      method: 'post',
      path: '/api/session',
      id: 'logIn',
      access: 'public',
      summary: 'Logs in: sets the session cookie and tells the CSRF token.',
      body: loginBody,
      errors: [401],
      answer: { kind: 'data', status: 201, schema: whoAmISchema },
      async handle({ body: { name, password } }, context) {
        const typed = name.trim().toLowerCase()
        await attempts.count(typed, context.address)
        const user = await users.verify(typed, password)
        if (user === null) throw new ApiError(401, 'wrong-login', 'no user has this name and password')
        await attempts.forgive(typed)
        return logIn(user, context)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/session',
      id: 'whoAmI',
      access: 'read',
      summary: 'Who asks; for a session also its CSRF token. A 401 says whether the first admin is still to be made.',
      // In this answer, not another: whoever opens the page has few requests before they are known.
      tellsNobody: async () => ({ setupNeeded: await setup.isNeeded() }),
      answer: { kind: 'data', status: 200, schema: whoAmISchema },
      handle: (_input, { caller, csrfToken }) => ({ data: { caller, csrfToken } }),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/session',
      id: 'logOut',
      access: 'read',
      summary: 'Logs out: the session is worth nothing any more.',
      answer: { kind: 'data', status: 200, schema: z.null() },
      async handle(_input, context) {
        const id = readSessionCookie(context.header('cookie'))
        if (context.caller.kind !== 'session' || id === undefined)
          throw new ApiError(409, 'no-session', 'an API key has no session to end')
        await sessions.close(id)
        return { data: null, headers: { 'Set-Cookie': clearSessionCookie(isSecure(context.header('host'))) } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/session/password',
      id: 'changePassword',
      access: 'read',
      summary: 'Changes the own password and ends every other session of the user.',
      body: passwordBody,
      answer: { kind: 'data', status: 200, schema: whoAmISchema },
      async handle({ body }, context) {
        const { caller } = context
        if (caller.kind !== 'session') throw new ApiError(409, 'no-session', 'an API key has no password')
        await attempts.count(caller.name, context.address)
        const user = await users.verify(caller.name, body.current)
        if (user === null) throw new ApiError(403, 'wrong-password', 'this is not the current password')
        await attempts.forgive(caller.name)
        if (typeof (await users.change(user.name, { password: body.new })) === 'string')
          throw new ApiError(409, 'conflict', 'the user was changed meanwhile: try again')
        await noteDeed({ action: 'user.changed', subject: user.name, details: { fields: ['password'] } }, context)
        return logIn(user, context)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/setup',
      id: 'getSetup',
      access: 'public',
      summary: 'Whether the first admin is still to be made.',
      answer: { kind: 'data', status: 200, schema: z.strictObject({ needed: z.boolean() }) },
      handle: async () => ({ data: { needed: await setup.isNeeded() } }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/setup',
      id: 'completeSetup',
      access: 'public',
      summary: 'Makes the first admin with the one-time token printed at start, and logs in.',
      body: setupBody,
      errors: [403],
      answer: { kind: 'data', status: 201, schema: whoAmISchema },
      async handle({ body: { token, name, password } }, context) {
        // No guess is counted: the token is 256 random bits, and counting would let anybody keep the first admin out.
        const admin = await setup.complete(token, { name, password })
        await noteDeed({ action: 'user.created', subject: admin.name, details: { role: admin.role } }, context)
        return logIn(admin, context)
      },
    }),
  ]
}
