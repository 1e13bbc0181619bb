import type { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ErrorStatus } from './openapi-errors.ts'

/** Who asks, besides what. */
export interface RequestContext {
  readonly correlationId: string
  readonly method: string
  readonly caller: Caller
  /** Of the caller's session. Null: it is none. */
  readonly csrfToken: string | null
  /** The client's address, behind the proxies that are ours. */
  readonly address: string
  /** Undefined: no such header. */
  header(name: string): string | undefined
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

export interface DataAnswer {
  readonly data: unknown
  readonly message?: string
  readonly headers?: Record<string, string>
}

export interface ListAnswer {
  readonly data: readonly unknown[]
  readonly page: number
  readonly perPage: number
  readonly total: number
}

/** What an operation answers, also for its documentation. `raw`: the handler makes the whole response itself. */
export type AnswerKind =
  | { readonly kind: 'data'; readonly status: 200 | 201 | 202; readonly schema: z.ZodType }
  | { readonly kind: 'list'; readonly item: z.ZodType }
  | { readonly kind: 'raw'; readonly contentType: string; readonly about: string }

type AnswerOf<A> = A extends { kind: 'data' } ? DataAnswer : A extends { kind: 'list' } ? ListAnswer : Response

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/**
 * What a caller must be allowed to: `public` needs no credential, `read` looks, `run` starts and stops runs, `admin`
 * changes sites, schedules, hosts and keys. Each includes the ones before it.
 */
export const accessLevels = ['public', 'read', 'run', 'admin'] as const
export type Access = (typeof accessLevels)[number]

/** One operation of the API, declared once: routing, checks and documentation come from it. */
export interface Route<
  P extends z.ZodObject | undefined = z.ZodObject | undefined,
  Q extends z.ZodObject | undefined = z.ZodObject | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  A extends AnswerKind = AnswerKind,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With its parameters in braces: `/api/bulk-runs/{id}`. */
  readonly path: string
  /** Unique; names the operation in OpenAPI. */
  readonly id: string
  readonly summary: string
  readonly access: Access
  /** Details of the 401 that nobody gets, for whoever has to know them before they can log in. Absent: none. */
  readonly tellsNobody?: () => Promise<Record<string, unknown>>
  /** True: asked all the time by machines, and answered from memory; no rate limit counts it. */
  readonly isProbe?: true
  readonly params?: P
  readonly query?: Q
  /** An absent body is read as `{}`. */
  readonly body?: B
  /** A body as somebody would send it, for the documentation; a test checks it against the schema. */
  readonly example?: unknown
  /** Errors besides those that follow from its shape, by status. */
  readonly errors?: readonly ErrorStatus[]
  /** Request headers worth documenting. */
  readonly headers?: Record<string, string>
  readonly answer: A
  handle(
    input: { params: Parsed<P>; query: Parsed<Q>; body: Parsed<B> },
    context: RequestContext,
  ): Promise<AnswerOf<A>> | AnswerOf<A>
}

/** A route whatever its types. */
export type AnyRoute = Omit<Route, 'handle'> & {
  handle(input: { params: never; query: never; body: never }, context: RequestContext): unknown
}

/** Declares a route. Pure: registers nothing. */
export function defineRoute<
  A extends AnswerKind,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(route: Route<P, Q, B, A>): AnyRoute {
  return route as unknown as AnyRoute
}
