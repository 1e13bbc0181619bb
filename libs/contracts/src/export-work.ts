import { z } from 'zod'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'

/** Write the reports of one site run. From: scheduler. Stream: EXPORTS. */
export const exportSite = defineMessage({
  name: 'work.export.site',
  version: 1,
  stream: 'EXPORTS',
  about: 'Write the reports of one site run.',
  subjectPattern: 'work.export.site.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    site: siteName,
    /** Counts how often this export was asked for; part of the message id and of the answer. */
    attempt: z.int().positive(),
    /** The run to compare with: the site's last complete one. Null: there is none. */
    previousRunId: z.uuid().nullable(),
    /** True: every source (robots, sitemaps) was read, so a page in none of them is gone. Keeps I6. */
    allSourcesRead: z.boolean(),
    /** True: records are made anew from the stored pages, as the site's plan says now. Absent: they are what fetchers found. */
    reextract: z.boolean().optional(),
    correlationId: z.string().max(128),
  }),
  subject: (m) => `work.export.site.${m.runId}.${m.site}`,
  messageId: (m) => `${m.runId}.${m.site}:${m.attempt}`,
})

/** Pack the archive of a run. From: scheduler. Stream: EXPORTS. */
export const exportArchive = defineMessage({
  name: 'work.export.archive',
  version: 1,
  stream: 'EXPORTS',
  about: 'Pack the archive of a run; its sites are asked for by rpc.scheduler.runs.sites.',
  subjectPattern: 'work.export.archive.<run>',
  schema: z.strictObject({
    runId: z.uuid(),
    attempt: z.int().positive(),
    /** When the run was created, ISO 8601: goes into the manifest. */
    createdAt: z.string(),
    correlationId: z.string().max(128),
  }),
  subject: (m) => `work.export.archive.${m.runId}`,
  messageId: (m) => `${m.runId}:${m.attempt}`,
})

export type ExportSite = z.output<typeof exportSite.schema>
export type ExportArchive = z.output<typeof exportArchive.schema>
