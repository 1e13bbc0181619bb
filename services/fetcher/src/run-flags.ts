import type { Bucket } from '@seine/bus'
import type { RunFlag } from '@seine/contracts'

export interface RunFlags {
  /** What the scheduler last said of a run. A run nobody spoke of is running. */
  of(runId: string): RunFlag
}

/** Watches the `runs` bucket, so that a cancelled run's tasks end without a fetch. Remembers the last `maxRuns` runs. */
export async function watchRunFlags(bucket: Bucket<RunFlag>, signal: AbortSignal, maxRuns = 10_000): Promise<RunFlags> {
  const flags = new Map<string, RunFlag>()
  await bucket.watch(
    // Runs alone: a site run's key has two tokens.
    '*',
    (runId, flag) => {
      flags.delete(runId)
      if (flag === null || flag === 'running') return
      flags.set(runId, flag)
      if (flags.size > maxRuns) flags.delete(flags.keys().next().value!)
    },
    signal,
  )
  return { of: (runId) => flags.get(runId) ?? 'running' }
}
