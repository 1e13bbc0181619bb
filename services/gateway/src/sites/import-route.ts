import type { Bus } from '@seine/bus'
import { importReportSchema, maxImportEntries, schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { as } from '../http/call-options.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

/** What fits a request to the scheduler with room to spare. */
const maxDocumentBytes = 1_000_000
/** Ten thousand entries take a moment to check. */
const importTimeoutMs = 25_000

const documentSchema = z.strictObject({
  $schema: z.string().optional(),
  /** As in `config/sites.json`. */
  sites: z.array(z.json()).min(1).max(maxImportEntries),
})

export function importRoute({ call }: Pick<Bus, 'call'>): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/api/sites/import',
    id: 'importSites',
    access: 'admin',
    summary: 'Adds and changes sites as a sites.json has them, all or none; sites that it does not name stay.',
    query: z.strictObject({
      /** Says what would become of each entry, and does nothing. */
      dry_run: z
        .enum(['true', 'false'])
        .default('false')
        .transform((text) => text === 'true'),
    }),
    body: documentSchema,
    answer: { kind: 'data', status: 200, schema: importReportSchema },
    async handle({ query: { dry_run: dryRun }, body: { sites: entries } }, context) {
      if (Buffer.byteLength(JSON.stringify(entries)) > maxDocumentBytes)
        throw new ApiError(413, 'too-large', `over ${maxDocumentBytes} bytes: import it in parts`, { maxDocumentBytes })
      const request = { entries, dryRun }
      const report = await call(schedulerRpc.importSites, request, { ...as(context), timeoutMs: importTimeoutMs })
      if (dryRun || report.applied) return { data: report }
      const message = `${report.counts.invalid} of ${entries.length} entries are invalid: nothing was imported`
      throw new ApiError(422, 'invalid', message, { ...report })
    },
  })
}
