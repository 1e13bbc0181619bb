import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { pageOfAll, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { Auth } from './auth.ts'
import { newPassword, roles, userName, userSchema } from './users.ts'

const params = z.strictObject({ name: userName })
const refusals = {
  unknown: () => new ApiError(404, 'not-found', 'no such user'),
  'last-admin': () => new ApiError(409, 'last-admin', 'this is the last admin: make another one first'),
  conflict: () => new ApiError(409, 'conflict', 'the user was changed meanwhile: try again'),
} as const

/** Users: who may log in. */
export function userRoutes({ users, noteDeed }: Auth): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/users',
      id: 'listUsers',
      access: 'admin',
      summary: 'Users by name.',
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: userSchema },
      handle: async ({ query }) => pageOfAll(await users.list(), query),
    }),
    defineRoute({
      method: 'post',
      path: '/api/users',
      id: 'createUser',
      access: 'admin',
      summary: 'Makes a user.',
      body: z.strictObject({ name: userName, password: newPassword, role: z.enum(roles) }),
      answer: { kind: 'data', status: 201, schema: userSchema },
      async handle({ body }, context) {
        const user = await users.create(body)
        if (user === null) throw new ApiError(409, 'name-taken', `there is a user ${body.name} already`)
        await noteDeed({ action: 'user.created', subject: user.name, details: { role: user.role } }, context)
        return { data: user, headers: { Location: `/api/users/${user.name}` } }
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/users/{name}',
      id: 'changeUser',
      access: 'admin',
      summary: 'Changes a role or a password; a new password ends the sessions of the user.',
      params,
      body: z.strictObject({ role: z.enum(roles).optional(), password: newPassword.optional() }),
      answer: { kind: 'data', status: 200, schema: userSchema },
      async handle({ params: { name }, body }, context) {
        const changed = await users.change(name, body)
        if (typeof changed === 'string') throw refusals[changed]()
        await noteDeed({ action: 'user.changed', subject: name, details: { fields: Object.keys(body) } }, context)
        return { data: changed }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/users/{name}',
      id: 'removeUser',
      access: 'admin',
      summary: 'Removes a user and with it the user’s sessions; API keys stay.',
      params,
      answer: { kind: 'data', status: 200, schema: z.null() },
      async handle({ params: { name } }, context) {
        const removed = await users.remove(name)
        if (removed !== 'removed') throw refusals[removed]()
        await noteDeed({ action: 'user.removed', subject: name }, context)
        return { data: null }
      },
    }),
  ]
}
