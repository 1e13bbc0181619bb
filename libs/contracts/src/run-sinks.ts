import { z } from 'zod'
import { artifactSchema } from './artifact.ts'
import { defineMessage } from './define.ts'

/** Hand the files of a run that has been packed to the sinks that are configured. From: exporter, to any of them. Stream: EXPORTS. */
export const exportSinks = defineMessage({
  name: 'work.export.sinks',
  version: 1,
  stream: 'EXPORTS',
  about: 'Hand the files of a packed run to the sinks that are configured.',
  subjectPattern: 'work.export.sinks.<run>',
  schema: z.strictObject({
    runId: z.uuid(),
    /** Of the archive. */
    attempt: z.int().positive(),
    createdAt: z.string(),
    /** Of the run as a whole: the parts of its archive, its workbook. */
    runFiles: z.array(artifactSchema),
    correlationId: z.string().max(128),
  }),
  subject: (m) => `work.export.sinks.${m.runId}`,
  messageId: (m) => `${m.runId}:sinks:${m.attempt}`,
})

export type ExportSinks = z.output<typeof exportSinks.schema>

/** What came of handing a run to a sink. It never changes what came of the run. */
export const sinkOutcomeSchema = z.strictObject({
  /** `s3`, `google-sheets`. */
  sink: z.string().max(50),
  status: z.enum(['delivered', 'failed']),
  /** What was done, or what went wrong; one line, for people. */
  detail: z.string().max(500),
  tries: z.int().positive(),
})

export type SinkOutcome = z.output<typeof sinkOutcomeSchema>

/** Where that is kept. Absent: no sink is configured, or none has been tried yet. */
export const sinksPath = (runId: string): string => `bulk_runs/${runId}/sinks.json`
export const sinksFileSchema = z.object({ version: z.literal(1), sinks: z.array(sinkOutcomeSchema) })
