import { z } from 'zod'
import { auditAction, auditEntrySchema } from '../audit.ts'
import { defineRpc } from '../define.ts'
import { pageRequest } from './request.ts'

/** Who did what, and when. */
export const auditRpc = {
  listAudit: defineRpc({
    name: 'rpc.scheduler.audit.list',
    about: 'What was done, the latest first.',
    input: z.strictObject({
      page: pageRequest.page,
      /** Bounded so that the longest entries fit a reply. */
      perPage: z.int().min(1).max(200).default(50),
      actor: z.string().min(1).max(200).optional(),
      /** A whole action (`site.changed`), or all of a thing (`site`). */
      action: z.string().min(1).max(64).optional(),
      subject: z.string().min(1).max(300).optional(),
      /** Done at this moment or later, and before that one. ISO 8601. */
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
    }),
    output: z.strictObject({ entries: z.array(auditEntrySchema), total: z.int() }),
  }),
  recordAudit: defineRpc({
    name: 'rpc.scheduler.audit.record',
    about: 'Writes down what somebody did where the scheduler has no part in it: keys, users.',
    input: z.strictObject({
      action: auditAction,
      subject: z.string().min(1).max(300),
      details: z.record(z.string(), z.json()).default({}),
    }),
    output: auditEntrySchema,
  }),
} as const
