import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { policySchema } from '../policy.ts'
import { siteName } from '../site.ts'

/** Policies as `config/policies.yml` has them, and who uses them. */
export const policyRpc = {
  listPolicies: defineRpc({
    name: 'rpc.scheduler.policies.list',
    about: 'Policies by name, each with how many sites use it.',
    input: z.strictObject({}),
    output: z.strictObject({
      policies: z.array(z.strictObject({ name: z.string(), policy: policySchema, sites: z.int() })),
    }),
  }),
  getPolicy: defineRpc({
    name: 'rpc.scheduler.policies.get',
    about: 'One policy, and the sites that use it.',
    input: z.strictObject({ name: z.string().min(1).max(100) }),
    output: z.strictObject({
      name: z.string(),
      policy: policySchema,
      /** By name, the first 1,000. */
      sites: z.array(siteName),
      sitesTotal: z.int(),
    }),
  }),
} as const
