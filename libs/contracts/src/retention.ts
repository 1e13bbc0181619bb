import { z } from 'zod'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'
import { noSite } from './subjects.ts'

/** Why a site run is let go of: there are newer ones enough, or it is too old. */
export const retentionReasons = ['runs', 'days'] as const

/** A site run that is let go of: its pages in the ledger, its files and its stored pages. What it counted stays. */
export const expiredSiteRunSchema = z.strictObject({
  runId: z.uuid(),
  site: siteName,
  reason: z.enum(retentionReasons),
  finishedAt: z.string(),
  /** Pages in the ledger. */
  pages: z.int(),
  /** Of reports and snapshot; stored pages come besides. */
  artifactBytes: z.number(),
  /** Since when it is planned. Null: it is not yet. */
  plannedAt: z.string().nullable(),
})

export type ExpiredSiteRun = z.output<typeof expiredSiteRunSchema>

/** Subjects of all that fetchers and exporters found for a site run. `site` null: for a whole run. Comparisons have other subjects. */
export const resultsOf = (runId: string, site: string | null): string => `result.*.${runId}.${site ?? '*'}`

/** Remove what an artifact store and the log of results have of a site run, or of a whole run. From: scheduler. Stream: EXPORTS. Done twice it is done once. */
export const removeArtifacts = defineMessage({
  name: 'work.remove',
  version: 1,
  stream: 'EXPORTS',
  about: 'Remove the files and results of a site run, or of a whole run.',
  subjectPattern: 'work.remove.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    /** Null: all that there is of the run. */
    site: siteName.nullable(),
  }),
  subject: (m) => `work.remove.${m.runId}.${m.site ?? noSite}`,
  messageId: (m) => `${m.runId}.${m.site ?? noSite}:remove`,
})

export type RemoveArtifacts = z.output<typeof removeArtifacts.schema>
