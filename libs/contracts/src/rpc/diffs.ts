import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { runDiffSchema, runDiffSiteSchema } from '../run-diff.ts'
import { siteName } from '../site.ts'
import { pageRequest } from './request.ts'

const diffRef = z.strictObject({ diffId: z.uuid() })

/** Comparisons of two chosen runs. */
export const diffRpc = {
  createDiff: defineRpc({
    name: 'rpc.scheduler.diffs.create',
    about:
      'Compares two runs that have ended. `conflict` where nothing of them can be: they go on, were not exported, or are not kept any more.',
    input: z.strictObject({
      before: z.uuid(),
      after: z.uuid(),
      /** Absent: every site that both have. */
      site: siteName.optional(),
      correlationId: z.string().max(128),
    }),
    output: runDiffSchema,
  }),
  getDiff: defineRpc({
    name: 'rpc.scheduler.diffs.get',
    about: 'How a comparison of two runs stands. It is let go of with the later run.',
    input: diffRef,
    output: runDiffSchema,
  }),
  listDiffSites: defineRpc({
    name: 'rpc.scheduler.diffs.sites',
    about: 'The sites of a comparison by name, those that can not be compared too.',
    input: diffRef.extend(pageRequest),
    output: z.strictObject({ sites: z.array(runDiffSiteSchema), total: z.int() }),
  }),
} as const
