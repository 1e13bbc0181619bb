import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { pageOfAll, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { apiKeySchema, keyId, scopes } from './api-keys.ts'
import type { Auth } from './auth.ts'

const createBody = z.strictObject({
  /** For people: what it is for. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^\P{Cc}*$/u, 'expected no control characters'),
  scope: z.enum(scopes),
  /** Absent or null: it does not expire. */
  expires_at: z.iso.datetime({ offset: true }).nullish(),
})

/** API keys: how programs ask. */
export function keyRoutes({ apiKeys, noteDeed, nowMs }: Auth): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/keys',
      id: 'listKeys',
      access: 'admin',
      summary: 'API keys, newest first, without their secrets.',
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: apiKeySchema },
      handle: async ({ query }) => pageOfAll(await apiKeys.list(), query),
    }),
    defineRoute({
      method: 'post',
      path: '/api/keys',
      id: 'createKey',
      access: 'admin',
      summary: 'Makes an API key; `secret` is told this once.',
      body: createBody,
      answer: { kind: 'data', status: 201, schema: apiKeySchema.extend({ secret: z.string() }) },
      async handle({ body }, context) {
        const { caller } = context
        const expiresAt = body.expires_at == null ? null : new Date(body.expires_at).toISOString()
        if (expiresAt !== null && Date.parse(expiresAt) <= nowMs())
          throw new ApiError(422, 'invalid', 'expires_at: expected a time to come', {
            fields: { expires_at: ['expected a time to come'] },
          })
        const createdBy = `${caller.kind === 'session' ? 'user' : 'key'}:${caller.id}`
        const { key, secret } = await apiKeys.create({ name: body.name, scope: body.scope, expiresAt, createdBy })
        const details = { name: key.name, scope: key.scope, expiresAt }
        await noteDeed({ action: 'key.created', subject: key.id, details }, context)
        return { data: { ...key, secret }, headers: { Location: `/api/keys/${key.id}` } }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/keys/{id}',
      id: 'revokeKey',
      access: 'admin',
      summary: 'Revokes an API key: within a second nothing accepts it.',
      params: z.strictObject({ id: keyId }),
      answer: { kind: 'data', status: 200, schema: z.null() },
      async handle({ params: { id } }, context) {
        if (!(await apiKeys.revoke(id))) throw new ApiError(404, 'not-found', 'no such key')
        await noteDeed({ action: 'key.revoked', subject: id }, context)
        return { data: null }
      },
    }),
  ]
}
