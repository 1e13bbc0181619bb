import { z } from 'zod'
import { auditRpc } from './rpc/audit.ts'
import { diffRpc } from './rpc/diffs.ts'
import { errorRpc } from './rpc/errors.ts'
import { hostRpc } from './rpc/hosts.ts'
import { ledgerRpc } from './rpc/ledger.ts'
import { operationsRpc } from './rpc/operations.ts'
import { pageRpc } from './rpc/pages.ts'
import { policyRpc } from './rpc/policies.ts'
import { probeRpc } from './rpc/probe.ts'
import { runRpc } from './rpc/runs.ts'
import { scheduleRpc } from './rpc/schedules.ts'
import { siteCatalogueRpc } from './rpc/site-catalogue.ts'
import { siteRpc } from './rpc/sites.ts'
import { webhookRpc } from './rpc/webhooks.ts'

/** What a reply carries: a value, or an error whose code is the contract and whose message is for people. */
export const rpcErrorSchema = z.object({
  /** `stale`: what is to be changed has another version by now. */
  code: z.enum(['invalid', 'not-found', 'conflict', 'stale', 'unavailable', 'internal']),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})

export type RpcErrorBody = z.output<typeof rpcErrorSchema>

/** Everything that can be asked of the scheduler. */
export const schedulerRpc = {
  ...runRpc,
  ...diffRpc,
  ...siteCatalogueRpc,
  ...policyRpc,
  ...auditRpc,
  ...siteRpc,
  ...pageRpc,
  ...ledgerRpc,
  ...hostRpc,
  ...operationsRpc,
  ...errorRpc,
  ...scheduleRpc,
  ...webhookRpc,
} as const

/** Everything that can be asked of fetchers: whichever is free answers. */
export const fetcherRpc = { ...probeRpc } as const
