import type { ArtifactStore } from '@seine/artifacts'
import { type Bus, publishEvent } from '@seine/bus'
import { type ExportSinks, type SinkOutcome, sinksPath } from '@seine/contracts'
import type { Clock, Logger } from '@seine/runtime'
import { readPackedSites } from '../packed-sites.ts'
import { deliverRun } from './deliver-run.ts'
import type { Sink } from './sink.ts'

/**
 * Hands a packed run to the sinks, tells of each in an event and keeps what came of it in `sinks.json` beside the archive. Whatever a sink
 * does, the run has ended as it has.
 */
export function makeExportSinks(deps: {
  bus: Bus
  store: ArtifactStore
  sinks: readonly Sink[]
  clock: Clock
  log: Logger
}) {
  const { bus, store } = deps
  return async (
    { runId, createdAt, runFiles, correlationId }: ExportSinks,
    signal: AbortSignal,
  ): Promise<SinkOutcome[]> => {
    const sites = await readPackedSites({ bus, store }, runId, signal)
    const files = [...runFiles, ...sites.flatMap(({ run }) => run.artifacts)]
    const outcomes = await deliverRun(deps, { runId, createdAt, sites, files }, signal)
    for (const outcome of outcomes) {
      const type = outcome.status === 'failed' ? 'sink.failed' : 'sink.delivered'
      const level = outcome.status === 'failed' ? 'error' : 'info'
      await publishEvent(bus, { jobId: runId, step: null, level, type, data: outcome, correlationId })
    }
    const text = `${JSON.stringify({ version: 1, sinks: outcomes }, null, 2)}\n`
    await store.put(sinksPath(runId), Buffer.from(text))
    return outcomes
  }
}
