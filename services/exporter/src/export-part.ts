import { type Bus, done, type Handle, RpcError, retry } from '@seine/bus'
import {
  consumers,
  defineMessage,
  type ExportArchive,
  type ExportResult,
  type ExportSite,
  exportArchive,
  exportResult,
  exportSite,
} from '@seine/contracts'
import { type Logger, messageOf, type Part } from '@seine/runtime'
import { z } from 'zod'
import type { ExportAnswer } from './export-site.ts'

type ExportWork = ExportSite | ExportArchive

// Both kinds of work come over one consumer. A site's work names the site; plain objects drop what a later version added.
const exportWork = defineMessage({
  name: 'work.export',
  version: 1,
  stream: 'EXPORTS',
  about: 'Any work for an exporter.',
  subjectPattern: 'work.export.>',
  schema: z.union([z.object(exportSite.schema.shape), z.object(exportArchive.schema.shape)]),
  subject: (work) => ('site' in work ? exportSite.subject(work) : exportArchive.subject(work)),
  messageId: (work) => ('site' in work ? exportSite.messageId(work) : exportArchive.messageId(work)),
})

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
  concurrency: number
  log: Logger
}): Part {
  const { bus } = deps

  const handle: Handle<ExportWork> = async (work, { deliveries, signal }) => {
    const startedAtMs = performance.now()
    const site = 'site' in work ? work.site : null
    const log = deps.log.child({ run: work.runId, site, attempt: work.attempt, correlationId: work.correlationId })
    let answer: ExportAnswer
    try {
      answer = await ('site' in work ? deps.exportSite(work, signal) : deps.exportArchive(work, signal))
    } catch (error) {
      if (signal.aborted) return retry(0, 'stopping')
      log.error('export failed', { error, deliveries })
      if (deliveries < maxTries && !isHopeless(error)) return retry(retryPauseMs, messageOf(error))
      answer = failed(messageOf(error))
    }
    const durationMs = Math.round(performance.now() - startedAtMs)
    const { runId, attempt, correlationId } = work
    const result: ExportResult = { runId, site, attempt, ...answer, durationMs }
    await bus.publish(exportResult, result, { correlationId })
    const { status, reason, rows } = answer
    log.info('export ended', { status, reason, rows, durationMs, missing: answer.missingUrlIds.length })
    return done()
  }

  return bus.pull(consumers.exporter, exportWork, handle, { maxInFlight: deps.concurrency })
}

function failed(reason: string): ExportAnswer {
  return { status: 'failed', reason: reason.slice(0, 1_000), rows: 0, missingUrlIds: [], artifacts: [], diff: null }
}

/** The scheduler knows no such run or site, or can't make sense of the question: asking again would not help. */
function isHopeless(error: unknown): boolean {
  return error instanceof RpcError && (error.code === 'not-found' || error.code === 'invalid')
}
