import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { policySchema } from '../policy.ts'
import { probeHopSchema } from '../probe.ts'
import { siteSchema } from '../site.ts'

/** What can be asked of fetchers: whichever is free answers. */
export const probeRpc = {
  probe: defineRpc({
    name: 'rpc.fetcher.probe',
    about:
      'Asks for one URL as a run would, at the host’s pace, and keeps nothing; a redirect is an answer. `unavailable` when too many are asked at once.',
    input: z.strictObject({
      url: z.url(),
      site: siteSchema,
      /** With what the site does otherwise. */
      policy: policySchema,
      /** How long it may wait for the host's clock and take; then it answers `busy`. */
      maxMs: z.int().min(100).max(120_000),
    }),
    output: probeHopSchema,
  }),
} as const
