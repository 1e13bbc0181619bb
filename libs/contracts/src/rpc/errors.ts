import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { errorGroupSchema, errorLevels, errorStates, reporterName } from '../error-report.ts'
import { pageRequest } from './request.ts'

const fingerprint = z.string().regex(/^[0-9a-f]{32}$/, 'expected a fingerprint')

/** The registry of unexpected errors. */
export const errorRpc = {
  listErrors: defineRpc({
    name: 'rpc.scheduler.errors.list',
    about: 'Unexpected errors by fingerprint, the latest first.',
    input: z.strictObject({
      ...pageRequest,
      perPage: z.int().min(1).max(50).default(50),
      service: reporterName.optional(),
      level: z.enum(errorLevels).optional(),
      state: z.enum(errorStates).optional(),
    }),
    output: z.strictObject({ errors: z.array(errorGroupSchema), total: z.int() }),
  }),
  getError: defineRpc({
    name: 'rpc.scheduler.errors.get',
    about: 'All reports of one fault.',
    input: z.strictObject({ fingerprint }),
    output: errorGroupSchema,
  }),
  resolveError: defineRpc({
    name: 'rpc.scheduler.errors.resolve',
    about: 'Somebody has seen to it: it opens again by itself where it happens again.',
    input: z.strictObject({ fingerprint }),
    output: errorGroupSchema,
  }),
} as const
