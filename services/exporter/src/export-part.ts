import { type Bus, done, type Handle, RpcError, retry } from '@seine/bus'
import {
  consumers,
  defineMessage,
  diffResult,
  type ExportArchive,
  type ExportDiff,
  type ExportSinks,
  type ExportSite,
  exportArchive,
  exportDiff,
  exportResult,
  exportSinks,
  exportSite,
  type SinkOutcome,
} from '@seine/contracts'
import { type Logger, messageOf, type Part } from '@seine/runtime'
import type { Metrics } from '@seine/telemetry'
import { z } from 'zod'
import type { DiffAnswer } from './export-diff.ts'
import type { ExportAnswer } from './export-site.ts'

type ExportWork = ExportSite | ExportArchive | ExportDiff | ExportSinks

// All kinds of work come over one consumer and are told apart by what they have. Plain objects drop what a later version added; so the work
// for sinks is tried before the archive's, of which it has everything.
const exportWork = defineMessage({
  name: 'work.export',
  version: 1,
  stream: 'EXPORTS',
  about: 'Any work for an exporter.',
  subjectPattern: 'work.export.>',
  schema: z.union([
    z.object(exportSite.schema.shape),
    z.object(exportDiff.schema.shape),
    z.object(exportSinks.schema.shape),
    z.object(exportArchive.schema.shape),
  ]),
  subject: (work) => definitionOf(work).subject(work as never),
  messageId: (work) => definitionOf(work).messageId(work as never),
})

function definitionOf(work: ExportWork) {
  if ('diffId' in work) return exportDiff
  if ('runFiles' in work) return exportSinks
  return 'site' in work ? exportSite : exportArchive
}

/** Tries of one piece of work before the answer is `failed`: a store or a scheduler may be away for a moment. */
export const maxTries = 3
const retryPauseMs = 3_000

/**
 * Works on exports: does the work, publishes what came of it, then acknowledges. Work that can't succeed is answered
 * `failed` with its reason at once, other failures after {@link maxTries} tries.
 */
export function makeExportPart(deps: {
  bus: Bus
  exportSite: (work: ExportSite, signal: AbortSignal) => Promise<ExportAnswer>
  exportArchive: (work: ExportArchive, signal: AbortSignal) => Promise<ExportAnswer>
  exportDiff: (work: ExportDiff, signal: AbortSignal) => Promise<DiffAnswer>
  /** Absent: no sink is configured. */
  exportSinks?: ((work: ExportSinks, signal: AbortSignal) => Promise<SinkOutcome[]>) | undefined
  concurrency: number
  /** Absent: nothing is counted. */
  metrics?: Metrics
  log: Logger
}): Part {
  const { bus } = deps

  async function answer(work: ExportWork, signal: AbortSignal, failure: string | null): Promise<Answered> {
    const startedAtMs = performance.now()
    const durationMs = () => Math.round(performance.now() - startedAtMs)
    const { attempt, correlationId } = work
    if ('diffId' in work) {
      const { diffId, site } = work
      const said = failure === null ? await deps.exportDiff(work, signal) : failedDiff(failure)
      return {
        publish: () =>
          bus.publish(diffResult, { diffId, site, attempt, ...said, durationMs: durationMs() }, { correlationId }),
        summary: { status: said.status, reason: said.reason, durationMs: durationMs() },
      }
    }
    if ('runFiles' in work) {
      const outcomes = failure === null ? ((await deps.exportSinks?.(work, signal)) ?? []) : []
      return { publish: async () => {}, summary: { sinks: outcomes, reason: failure, durationMs: durationMs() } }
    }
    const site = 'site' in work ? work.site : null
    const said =
      failure !== null
        ? failed(failure)
        : await ('site' in work ? deps.exportSite(work, signal) : deps.exportArchive(work, signal))
    const { status, reason, rows, missingUrlIds } = said
    const result = { runId: work.runId, site, attempt, ...said, durationMs: durationMs() }
    return {
      async publish() {
        await bus.publish(exportResult, result, { correlationId })
        if (!('site' in work) && status === 'complete') await askForSinks(work, said)
      },
      summary: { status, reason, rows, durationMs: durationMs(), missing: missingUrlIds.length },
    }
  }

  async function askForSinks(work: ExportArchive, { artifacts, archiveParts = [] }: ExportAnswer): Promise<void> {
    if (deps.exportSinks === undefined) return
    const { runId, attempt, createdAt, correlationId } = work
    // The first of the parts is among the artifacts.
    const runFiles = [...artifacts, ...archiveParts.slice(1)]
    await bus.publish(exportSinks, { runId, attempt, createdAt, runFiles, correlationId }, { correlationId })
  }

  const handle: Handle<ExportWork> = async (work, { deliveries, signal }) => {
    const log = deps.log.child(namesOf(work))
    let answered: Answered
    try {
      answered = await answer(work, signal, null)
    } catch (error) {
      if (signal.aborted) return retry(0, 'stopping')
      log.error('export failed', { error, deliveries })
      if (deliveries < maxTries && !isHopeless(error)) return retry(retryPauseMs, messageOf(error))
      answered = await answer(work, signal, messageOf(error).slice(0, 1_000))
    }
    await answered.publish()
    measure(work, answered.summary)
    log.info('export ended', answered.summary)
    return done()
  }

  function measure(work: ExportWork, { status, durationMs, rows = 0 }: Answered['summary']): void {
    const kind = kindOf(work)
    deps.metrics?.count('seine_exports_total', { kind, result: status ?? 'done' })
    deps.metrics?.observe('seine_export_duration_seconds', { kind }, durationMs / 1_000)
    deps.metrics?.count('seine_export_rows_total', {}, rows)
  }

  return bus.pull(consumers.exporter, exportWork, handle, { maxInFlight: deps.concurrency })
}

/** What came of a piece of work, to be told. */
interface Answered {
  publish(): Promise<void>
  readonly summary: {
    readonly durationMs: number
    readonly status?: string
    readonly rows?: number
    readonly [name: string]: unknown
  }
}

function kindOf(work: ExportWork): 'diff' | 'sinks' | 'site' | 'archive' {
  if ('diffId' in work) return 'diff'
  if ('runFiles' in work) return 'sinks'
  return 'site' in work ? 'site' : 'archive'
}

function namesOf(work: ExportWork): Record<string, unknown> {
  const { attempt, correlationId } = work
  if ('diffId' in work) return { diff: work.diffId, run: work.afterRunId, site: work.site, attempt, correlationId }
  return { run: work.runId, site: 'site' in work ? work.site : null, attempt, correlationId }
}

function failed(reason: string): ExportAnswer {
  return { status: 'failed', reason, rows: 0, missingUrlIds: [], artifacts: [], diff: null }
}

const failedDiff = (reason: string): DiffAnswer => ({ status: 'failed', reason, counts: null, artifact: null })

/** The scheduler knows no such run or site, or can't make sense of the question: asking again would not help. */
function isHopeless(error: unknown): boolean {
  return error instanceof RpcError && (error.code === 'not-found' || error.code === 'invalid')
}
