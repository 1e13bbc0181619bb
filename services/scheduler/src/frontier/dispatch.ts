import { type Bus, PublishRejected } from '@seine/bus'
import { type FetchTask, fetchTask } from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import type { Database } from '../database/sql.ts'
import type { RunTraces } from '../telemetry/run-traces.ts'
import { type Claimed, maxHostsPerClaim } from './claim.ts'
import { giveBack } from './give-back.ts'

/** How long a task that the stream refused waits: its subject is full, or the stream is. */
const refusedPauseMs = 1_000

/**
 * One round of dispatching: claims, publishes, gives back what the stream refused. What is neither published nor given
 * back (this process dies between) is driven again when its lease runs out.
 */
export function makeDispatch(deps: {
  claim: (nowMs: number) => Promise<Claimed>
  publish: (task: FetchTask) => Promise<void>
  database: Database
  nowMs: () => number
  log: Logger
}): () => Promise<'more' | 'idle'> {
  return async () => {
    const { tasks, hosts } = await deps.claim(deps.nowMs())
    const refused: FetchTask[] = []
    await Promise.all(
      tasks.map(async (task) => {
        try {
          await deps.publish(task)
        } catch (error) {
          refused.push(task)
          if (!(error instanceof PublishRejected && error.reason === 'full'))
            deps.log.error('task could not be published', { error, urlId: task.urlId, why: messageOf(error) })
        }
      }),
    )
    if (refused.length > 0) {
      deps.log.warn('tasks refused by the stream', { tasks: refused.length })
      await giveBack(deps.database, refused, deps.nowMs() + refusedPauseMs)
    }
    return hosts === maxHostsPerClaim || tasks.length > refused.length ? 'more' : 'idle'
  }
}

export const publishTask =
  (bus: Bus, traces: RunTraces) =>
  async (task: FetchTask): Promise<void> =>
    bus.publish(fetchTask, task, {
      correlationId: task.correlationId,
      traceParent: await traces.ofTask(task.runId),
    })
