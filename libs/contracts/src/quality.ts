import { z } from 'zod'

/** What is looked at after an export. All measures are percentages, and more is worse. */
export const qualityGates = [
  /** Fewer pages answered than in the run before: of those of the run before. */
  'pages-drop',
  /** A field of products or a site selector has values on fewer pages than in the run before, in points of its share. */
  'field-drop',
  /** Pages that were tried and failed, other than with 404 and 410. */
  'errors',
  /** Pages that were answered with a block page or captcha. */
  'block-pages',
  /** Products without a price. */
  'empty-prices',
  /** Pages on which a required selector of the site matched nothing. */
  'required-missing',
] as const
export type QualityGate = (typeof qualityGates)[number]

const percent = z.number().min(0).max(100)

/** From which measure on a gate warns, and from which it fails. Null: never. */
export const qualityThresholdSchema = z.strictObject({ warning: percent.nullable(), failed: percent.nullable() })
export type QualityThreshold = z.output<typeof qualityThresholdSchema>

/** Thresholds of a site, where they are not the defaults. */
export const qualitySettingsSchema = z.partialRecord(z.enum(qualityGates), qualityThresholdSchema)
export type QualitySettings = z.output<typeof qualitySettingsSchema>

export const qualityStatuses = ['passed', 'warning', 'failed'] as const
export type QualityStatus = (typeof qualityStatuses)[number]

/** What the gates said of a site run: the worst of them, and each that did not pass. */
export const qualitySchema = z.strictObject({
  status: z.enum(qualityStatuses),
  reasons: z
    .array(
      z.strictObject({
        gate: z.enum(qualityGates),
        status: z.enum(['warning', 'failed']),
        /** Measure and threshold that it reached, in per cent. */
        measured: z.number(),
        threshold: z.number(),
        /** A sentence for people. */
        text: z.string().max(500),
      }),
    )
    .max(50),
})

export type Quality = z.output<typeof qualitySchema>

/** Sites of a run by what their gates said, and the worst of it. */
export const qualitySummarySchema = z.strictObject({
  status: z.enum(qualityStatuses),
  passed: z.int(),
  warning: z.int(),
  failed: z.int(),
})

export type QualitySummary = z.output<typeof qualitySummarySchema>

/** The summary of so many sites. Undefined: none has been judged. */
export function summarizeQuality(sites: Record<QualityStatus, number>): QualitySummary | undefined {
  const { passed, warning, failed } = sites
  if (passed + warning + failed === 0) return undefined
  return { status: failed > 0 ? 'failed' : warning > 0 ? 'warning' : 'passed', passed, warning, failed }
}
