import { headerNames } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'
import { inSpan } from '@seine/telemetry'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { z } from 'zod'
import { authorize, unauthenticated } from '../auth/authorize.ts'
import { anonymous, type Identify, type Identity } from '../auth/identify.ts'
import type { Dashboard } from '../dashboard/dashboard-files.ts'
import type { LimitCaller } from '../limits/limit-callers.ts'
import { addBrowserHeaders } from '../security/browser-headers.ts'
import { parseSafely } from '../security/safe-json.ts'
import { ApiError, invalidRequest, toApiError } from './api-error.ts'
import { clientAddress } from './client-address.ts'
import { correlationIdOf } from './correlation.ts'
import { paginationOf } from './paging.ts'
import { readAway } from './read-away.ts'
import type { AnyRoute, DataAnswer, ListAnswer, RequestContext } from './route.ts'
import { type OriginRules, refuseForeignPages } from './same-origin.ts'
import { unwritableField } from './unwritable-field.ts'

/** 10,000 site names of the longest kind fit. */
export const maxBodyBytes = 1024 ** 2

/** What the adaptor for Node adds; absent where the app is called without a server. */
interface NodeBindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string } }
}

type Env = { Bindings: NodeBindings; Variables: { correlationId: string; address: string; identity: Identity } }

export interface AppDeps {
  readonly routes: readonly AnyRoute[]
  readonly identify: Identify
  /** Absent: everybody may ask for as much as they like. */
  readonly limit?: LimitCaller
  readonly origins: OriginRules
  /** Proxies of ours in front, see `clientAddress`. Absent: none. */
  readonly trustedProxies?: number
  readonly log: Logger
  /** Absent: there is none. */
  readonly dashboard?: Dashboard
  /** Told of each answer of an operation; of a stream, when it begins. */
  readonly answered?: (operation: string, status: number, durationMs: number) => void
}

/** The HTTP face: every route of the table under the conventions of the API. */
export function makeApp(deps: AppDeps): Hono<Env> {
  const { routes, identify, limit, origins, trustedProxies = 0, log, dashboard, answered } = deps
  const app = new Hono<Env>()

  const https = origins.publicOrigin?.startsWith('https:') === true
  app.use(async (c, next) => {
    await next()
    addBrowserHeaders(c.res.headers, { https })
  })
  app.use(async (c, next) => {
    const startedMs = performance.now()
    const correlationId = correlationIdOf(c.req.header(headerNames.correlationId))
    c.set('correlationId', correlationId)
    c.header(headerNames.correlationId, correlationId)
    c.header('Cache-Control', 'no-store')
    const header = (name: string) => c.req.header(name)
    const address = clientAddress(c.env?.incoming?.socket.remoteAddress, header('x-forwarded-for'), trustedProxies)
    c.set('address', address)
    c.set('identity', anonymous(address))
    refuseForeignPages(header, origins)
    await next()
    const durationMs = Math.round(performance.now() - startedMs)
    const { method, path } = c.req
    const { caller } = c.get('identity')
    log.debug('request', { method, path, status: c.res.status, durationMs, correlationId, caller: caller.id })
  })
  const limitBody = bodyLimit({
    maxSize: maxBodyBytes,
    onError: async (c) => {
      await readAway(c.req.raw.body)
      throw new ApiError(413, 'too-large', `the body is over ${maxBodyBytes} bytes`, { maxBodyBytes })
    },
  })
  /** Before a byte of the body is read. Health and login ask nobody who the caller is: they answer without a broker. */
  const authorizeFor =
    (route: AnyRoute): MiddlewareHandler<Env> =>
    async (c, next) => {
      const header = (name: string) => c.req.header(name)
      if (route.access !== 'public') c.set('identity', await identify({ header, address: c.get('address') }))
      if (limit !== undefined && route.isProbe !== true)
        for (const [name, value] of Object.entries(await limit(c.get('identity').caller))) c.header(name, value)
      const identity = c.get('identity')
      if (route.tellsNobody !== undefined && identity.caller.kind === 'anonymous')
        throw unauthenticated(identity, await route.tellsNobody())
      authorize(route, identity, { method: c.req.method, header })
      await next()
    }
  /** What the caller's trace, or one of our own, says of an operation. */
  const measure =
    (route: AnyRoute): MiddlewareHandler<Env> =>
    async (c, next) => {
      const startedMs = performance.now()
      const attributes = { 'http.request.method': c.req.method, 'http.route': route.path }
      const parent = c.req.header(headerNames.traceParent)
      await inSpan(route.id, { kind: 'server', parent, attributes }, async (span) => {
        await next()
        span.setAttribute('http.response.status_code', c.res.status)
      })
      answered?.(route.id, c.res.status, performance.now() - startedMs)
    }
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(route.method.toUpperCase(), path, measure(route), authorizeFor(route), limitBody, (c) => run(route, c))
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
    // Whoever goes away in the middle of a body is no fault of ours.
    if (answer.status === 500 && !c.req.raw.signal.aborted)
      log.error('request failed', { error, path: c.req.path, correlationId })
    if (answer.status === 401) c.header('WWW-Authenticate', 'Bearer realm="seine"')
    if (answer.status === 503) c.header('Retry-After', '1')
    const { message, code, details, headers } = answer
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    return c.json({ error: message, error_code: code, details, correlation_id: correlationId }, answer.status)
  })
  return app
}

async function run(route: AnyRoute, c: Context<Env>): Promise<Response> {
  const context: RequestContext = {
    correlationId: c.get('correlationId'),
    method: c.req.method,
    caller: c.get('identity').caller,
    csrfToken: c.get('identity').csrfToken,
    address: c.get('address'),
    header: (name) => c.req.header(name),
    signal: c.req.raw.signal,
  }
  const input = {
    params: parse(route.params, c.req.param(), 400, 'path'),
    query: parse(route.query, readQuery(c), 400, 'query'),
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

/** Each name once: what reads the first and what reads the last would not agree. */
function readQuery(c: Context): Record<string, string> {
  const pairs = [...new URL(c.req.url).searchParams]
  const query = Object.fromEntries(pairs)
  if (Object.keys(query).length < pairs.length)
    throw new ApiError(400, 'invalid', 'query: a name is there twice', { fields: { query: ['a name is there twice'] } })
  refuseUnwritable(query, 400, 'query')
  return query
}

async function readBody(c: Context): Promise<unknown> {
  const text = await c.req.text()
  if (text === '') return {}
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type))
    throw new ApiError(415, 'unsupported-type', 'the body has to be application/json')
  let value: unknown
  try {
    value = parseSafely(text)
  } catch (error) {
    throw new ApiError(400, 'not-json', `the body is not JSON: ${messageOf(error)}`)
  }
  // Elsewhere in JSON these characters can't be.
  if (/\\u(?:0000|d[89a-f])/i.test(text)) refuseUnwritable(value, 422, 'body')
  return value
}

function refuseUnwritable(value: unknown, status: 400 | 422, where: string): void {
  const field = unwritableField(value)
  if (field === null) return
  const told = 'has the character U+0000 or half of a surrogate pair, which is no text'
  throw new ApiError(status, 'invalid', `${where}: ${field} ${told}`, { fields: { [field || where]: [told] } })
}

function methodsByPath(routes: readonly AnyRoute[]): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const { method, path } of routes) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
    methods.set(pattern, [...(methods.get(pattern) ?? []), method.toUpperCase()])
  }
  return methods
}
