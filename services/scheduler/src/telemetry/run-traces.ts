import type { Database } from '../database/sql.ts'

/** Runs remembered; the oldest are forgotten and asked for again. */
const maxRuns = 1_000
/** Tasks of a run that are in its trace: a trace of a million spans helps nobody, and its first thousand tell where time goes. */
export const maxTracedTasks = 1_000

/** The traces of runs, for what is published about them long after they were asked for. */
export interface RunTraces {
  /** W3C `traceparent` of the request that created the run. Undefined: it was not traced. */
  of(runId: string): Promise<string | undefined>
  /** The same for a task of it: past the first {@link maxTracedTasks} it says that nobody should trace it. */
  ofTask(runId: string): Promise<string | undefined>
}

export function makeRunTraces(database: Database): RunTraces {
  const runs = new Map<string, { traceParent: Promise<string | undefined>; tasks: number }>()

  async function read(runId: string): Promise<string | undefined> {
    const [row] = await database.query<{ traceParent: string | null }>(
      'select trace_parent as "traceParent" from bulk_jobs where id = $1',
      [runId],
    )
    return row?.traceParent ?? undefined
  }

  function entryOf(runId: string) {
    let entry = runs.get(runId)
    if (entry === undefined) {
      // Traces are for looking at: a database that does not answer stops no message.
      entry = { traceParent: read(runId).catch(() => undefined), tasks: 0 }
      runs.set(runId, entry)
      for (const oldest of runs.keys()) {
        if (runs.size <= maxRuns) break
        runs.delete(oldest)
      }
    }
    return entry
  }

  return {
    of: (runId) => entryOf(runId).traceParent,
    async ofTask(runId) {
      const entry = entryOf(runId)
      const traceParent = await entry.traceParent
      if (traceParent === undefined) return undefined
      entry.tasks++
      return entry.tasks > maxTracedTasks ? traceParent.replace(/-..$/, '-00') : traceParent
    },
  }
}
