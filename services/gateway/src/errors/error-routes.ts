import { type Bus, reportOf } from '@seine/bus'
import {
  errorGroupSchema,
  errorLevels,
  errorLimits,
  errorReport,
  errorStates,
  reporterName,
  schedulerRpc,
} from '@seine/contracts'
import { cleanFields, cleanText, fingerprintOf, makeErrorTally, type ToldError } from '@seine/runtime'
import { z } from 'zod'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { tooMany } from '../limits/limit-callers.ts'
import { makeReportQuota } from './report-quota.ts'

/** What a client tells of an error. Longer texts are refused, not cut: a client that sends them does not know what it sends. */
export const toldErrorSchema = z.strictObject({
  /** What the client calls itself. */
  service: reporterName.default('dashboard'),
  level: z.enum(errorLevels).default('error'),
  name: z.string().min(1).max(errorLimits.name).default('Error'),
  message: z.string().min(1).max(errorLimits.message),
  stack: z.string().max(errorLimits.stack).optional(),
  /** What was known besides: page, version, what was clicked. */
  context: z.record(z.string().max(100), z.string().max(errorLimits.contextValue)).optional(),
})

const noted = z.strictObject({ fingerprint: z.string() })
const params = z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{32}$/, 'expected a fingerprint') })

/** The registry of unexpected errors: anybody may report one, operators read and resolve them. */
export function errorRoutes({ call, publish, nowMs }: Pick<Bus, 'call' | 'publish' | 'nowMs'>): AnyRoute[] {
  const quota = makeReportQuota(nowMs)
  return [
    defineRoute({
      method: 'post',
      path: '/api/errors',
      id: 'reportError',
      access: 'public',
      summary: 'Reports an unexpected error of a client. Needs no login, because login itself may be what fails.',
      body: toldErrorSchema,
      example: { service: 'dashboard', name: 'TypeError', message: 'x is undefined', context: { page: '/runs' } },
      answer: { kind: 'data', status: 202, schema: noted },
      async handle({ body }, { correlationId }) {
        const waitMs = quota.take()
        if (waitMs > 0) throw tooMany('too-many-errors', 'reports of errors', waitMs)
        const told = toldFrom(body, correlationId, nowMs())
        const tally = makeErrorTally(1)
        tally.add(told)
        for (const error of tally.take().errors) await publish(errorReport, reportOf(error), { correlationId })
        return { data: { fingerprint: fingerprintOf(told) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/errors',
      id: 'listErrors',
      access: 'read',
      summary: 'Unexpected errors of services and clients, one entry a fault, the latest first.',
      query: z.strictObject({
        page: pageQuery.page,
        per_page: z.coerce.number().int().min(1).max(50).default(50),
        service: reporterName.optional(),
        level: z.enum(errorLevels).optional(),
        state: z.enum(errorStates).optional(),
      }),
      answer: { kind: 'list', item: errorGroupSchema },
      async handle({ query: { page, per_page: perPage, service, level, state } }, { correlationId }) {
        const filter = {
          ...(service === undefined ? {} : { service }),
          ...(level === undefined ? {} : { level }),
          ...(state === undefined ? {} : { state }),
        }
        const { errors, total } = await call(schedulerRpc.listErrors, { page, perPage, ...filter }, { correlationId })
        return { data: errors, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/errors/{fingerprint}',
      id: 'getError',
      access: 'read',
      summary: 'One fault with its latest message, stack and correlation id.',
      params,
      answer: { kind: 'data', status: 200, schema: errorGroupSchema },
      async handle({ params: { fingerprint } }, { correlationId }) {
        return { data: await call(schedulerRpc.getError, { fingerprint }, { correlationId }) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/errors/{fingerprint}/resolve',
      id: 'resolveError',
      access: 'run',
      summary: 'Says that a fault is seen to. It opens again by itself where it happens again.',
      params,
      answer: { kind: 'data', status: 200, schema: errorGroupSchema },
      async handle({ params: { fingerprint } }, { correlationId }) {
        return {
          data: await call(schedulerRpc.resolveError, { fingerprint }, { correlationId }),
          message: 'resolved',
        }
      },
    }),
  ]
}

function toldFrom(body: z.output<typeof toldErrorSchema>, correlationId: string, atMs: number): ToldError {
  const { service, level, name, message, stack, context = {} } = body
  return {
    service,
    level,
    name,
    message: cleanText(message),
    stack: stack === undefined ? null : cleanText(stack),
    // Texts stay texts: cleaning shortens them or puts a word in their place.
    context: cleanFields(context) as Record<string, string>,
    correlationId,
    atMs,
  }
}
