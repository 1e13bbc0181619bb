import type { SinkOutcome } from '@seine/contracts'
import { type Clock, type Logger, messageOf } from '@seine/runtime'
import type { PackedRun, Sink } from './sink.ts'

/** Pauses between tries: one more than these are made. */
export const sinkPausesMs = [2_000, 15_000] as const
const maxDetailChars = 500

/** Hands a run to each sink, one after the other, a few times each where it fails. Rejects only when `signal` is aborted. */
export async function deliverRun(
  { sinks, clock, log }: { sinks: readonly Sink[]; clock: Clock; log: Logger },
  run: PackedRun,
  signal: AbortSignal,
): Promise<SinkOutcome[]> {
  const outcomes: SinkOutcome[] = []
  for (const sink of sinks) outcomes.push(await deliver(sink))
  return outcomes

  async function deliver(sink: Sink): Promise<SinkOutcome> {
    for (let tries = 1; ; tries++) {
      try {
        const detail = await sink.deliver(run, signal)
        return { sink: sink.name, status: 'delivered', detail: detail.slice(0, maxDetailChars), tries }
      } catch (error) {
        signal.throwIfAborted()
        log.warn('a sink did not take the run', { sink: sink.name, run: run.runId, tries, error })
        const pauseMs = sinkPausesMs[tries - 1]
        const detail = messageOf(error).slice(0, maxDetailChars)
        if (pauseMs === undefined) return { sink: sink.name, status: 'failed', detail, tries }
        await clock.sleep(pauseMs, signal)
        signal.throwIfAborted()
      }
    }
  }
}
