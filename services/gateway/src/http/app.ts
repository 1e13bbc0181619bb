import { headerNames } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { z } from 'zod'
import type { Dashboard } from '../dashboard/dashboard-files.ts'
import { ApiError, invalidRequest, toApiError } from './api-error.ts'
import { correlationIdOf } from './correlation.ts'
import { paginationOf } from './paging.ts'
import type { AnyRoute, DataAnswer, ListAnswer, RequestContext } from './route.ts'
import { refuseForeignPages } from './same-origin.ts'

/** 10,000 site names of the longest kind fit. */
export const maxBodyBytes = 1024 ** 2

type Env = { Variables: { correlationId: string } }

/** The HTTP face: every route of the table under the conventions of the API. */
export function makeApp(deps: {
  routes: readonly AnyRoute[]
  loopbackOnly: boolean
  log: Logger
  /** Absent: there is none. */
  dashboard?: Dashboard
}): Hono<Env> {
  const { routes, loopbackOnly, log, dashboard } = deps
  const app = new Hono<Env>()

  app.use(secureHeaders())
  app.use(async (c, next) => {
    const startedMs = performance.now()
    const correlationId = correlationIdOf(c.req.header(headerNames.correlationId))
    c.set('correlationId', correlationId)
    c.header(headerNames.correlationId, correlationId)
    c.header('Cache-Control', 'no-store')
    refuseForeignPages((name) => c.req.header(name), loopbackOnly)
    await next()
    const durationMs = Math.round(performance.now() - startedMs)
    log.debug('request', { method: c.req.method, path: c.req.path, status: c.res.status, durationMs, correlationId })
  })
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new ApiError(413, 'too-large', `the body is over ${maxBodyBytes} bytes`, { maxBodyBytes })
      },
    }),
  )
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(route.method.toUpperCase(), path, (c) => run(route, c))
  }
  for (const [path, methods] of methodsByPath(routes))
    app.all(path, (c) => {
      c.header('Allow', methods.join(', '))
      throw new ApiError(405, 'method-not-allowed', `${c.req.method} is not for this resource`, { allowed: methods })
    })
  app.notFound((c) => {
    const { method, path } = c.req
    const file = dashboard?.answer({ method, path, header: (name) => c.req.header(name) }) ?? null
    if (file !== null) return c.newResponse(file.body, file)
    throw new ApiError(404, 'not-found', 'no such resource')
  })
  app.onError((error, c) => {
    const answer = toApiError(error)
    const correlationId = c.get('correlationId')
    if (answer.status === 500) log.error('request failed', { error, path: c.req.path, correlationId })
    if (answer.status === 503) c.header('Retry-After', '1')
    const { message, code, details } = answer
    return c.json({ error: message, error_code: code, details, correlation_id: correlationId }, answer.status)
  })
  return app
}

async function run(route: AnyRoute, c: Context<Env>): Promise<Response> {
  const context: RequestContext = {
    correlationId: c.get('correlationId'),
    method: c.req.method,
    header: (name) => c.req.header(name),
    signal: c.req.raw.signal,
  }
  const input = {
    params: parse(route.params, c.req.param(), 400, 'path'),
    query: parse(route.query, c.req.query(), 400, 'query'),
    body: route.body === undefined ? undefined : parse(route.body, await readBody(c), 422, 'body'),
  }
  const answer = await route.handle(input as never, context)
  const shape = route.answer
  if (shape.kind === 'raw') return c.newResponse((answer as Response).body, answer as Response)
  if (shape.kind === 'list') {
    const { data, page, perPage, total } = answer as ListAnswer
    return c.json({ success: true, data, pagination: paginationOf(page, perPage, total) })
  }
  const { data, message, headers = {} } = answer as DataAnswer
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  return c.json({ success: true, data, ...(message === undefined ? {} : { message }) }, shape.status)
}

function parse(schema: z.ZodType | undefined, value: unknown, status: 400 | 422, where: string): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest(status, where, parsed.error)
}

async function readBody(c: Context): Promise<unknown> {
  const text = await c.req.text()
  if (text === '') return {}
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type))
    throw new ApiError(415, 'unsupported-type', 'the body has to be application/json')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError(400, 'not-json', `the body is not JSON: ${messageOf(error)}`)
  }
}

function methodsByPath(routes: readonly AnyRoute[]): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const { method, path } of routes) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    methods.set(pattern, [...(methods.get(pattern) ?? []), method.toUpperCase()])
  }
  return methods
}
