import { type Bus, type Disposition, done, MessageTooLarge } from '@seine/bus'
import { type FetchTask, type PageResult, pageResult, type RunFlag } from '@seine/contracts'
import { backoffMs } from '@seine/politeness'
import type { Logger } from '@seine/runtime'
import { type Ending, outcomeOf } from './ending.ts'
import type { FetchMeter } from './fetch-meter.ts'
import type { LoadedPlan, Plans } from './plans.ts'
import { slimRecord } from './slim-record.ts'

export type TaskHandler = (task: FetchTask, plan: LoadedPlan) => Promise<Ending>

/** How long a task of a paused run waits before it asks again. */
const pausedRetryMs = 5_000
/** How long a task waits whose site's plan could not be read. */
const planRetryMs = 2_000

/**
 * One task from message to result: exactly one result a delivery, stored by the stream before the task is acknowledged.
 * Keeps I2.
 */
export function makeHandleTask(deps: {
  plans: Plans
  flagOf: (runId: string) => RunFlag
  handlers: Record<FetchTask['kind'], TaskHandler>
  bus: Pick<Bus, 'publish' | 'nowMs'>
  random: () => number
  meter?: FetchMeter | undefined
  log: Logger
}) {
  const { plans, flagOf, handlers, bus, random, meter, log } = deps

  async function endingOf(task: FetchTask): Promise<Ending> {
    const flag = flagOf(task.runId)
    if (flag === 'cancelled') return { outcome: 'skipped', reason: 'cancelled' }
    if (flag === 'paused')
      return { outcome: 'deferred', reason: 'paused', retryAtMs: bus.nowMs() + pausedRetryMs, countsAsFailure: false }
    const loaded = await plans.get(task.runId, task.site)
    if (loaded === null) return { outcome: 'failed', reason: 'no-plan' }
    // A broker that goes or comes has some of its buckets: giving the task back to it would use up its deliveries in seconds.
    if (loaded === 'away')
      return {
        outcome: 'deferred',
        reason: 'plan-unavailable',
        retryAtMs: bus.nowMs() + planRetryMs,
        countsAsFailure: false,
      }
    try {
      return await handlers[task.kind](task, loaded)
    } catch (error) {
      const { url, runId: run, site, correlationId } = task
      log.error('task failed unexpectedly', { url, run, site, correlationId, error })
      return unexpected(task, loaded)
    }
  }

  /** A page that breaks us is tried again and then given up: a run always ends (keeps I1). */
  function unexpected(task: FetchTask, { plan }: LoadedPlan): Ending {
    const { maxAttempts, baseMs, capMs } = plan.policy.retry
    const reason = 'internal-error'
    if (task.failures + 1 >= maxAttempts) return { outcome: 'failed', reason }
    const waitMs = backoffMs({ kind: 'equal', attempt: task.failures + 1, baseMs, capMs, random })
    return { outcome: 'deferred', reason, retryAtMs: bus.nowMs() + waitMs, countsAsFailure: true }
  }

  async function publish(task: FetchTask, result: PageResult): Promise<void> {
    const options = { correlationId: task.correlationId }
    try {
      await bus.publish(pageResult, result, options)
    } catch (error) {
      if (!(error instanceof MessageTooLarge) || result.record === null) throw error
      await bus.publish(pageResult, { ...result, record: slimRecord(result.record) }, options)
    }
  }

  async function work(task: FetchTask): Promise<void> {
    const ending = await endingOf(task)
    const endedMs = performance.now()
    await publish(task, {
      runId: task.runId,
      site: task.site,
      outcome: outcomeOf(task, ending),
      record: ending.record ?? null,
    })
    meter?.ended(task, ending, performance.now() - endedMs)
    const { runId: run, site, urlId, attempt, correlationId } = task
    log.debug('task done', { run, site, urlId, attempt, outcome: ending.outcome, correlationId })
  }

  async function hold(task: FetchTask): Promise<Disposition> {
    const letGo = meter?.held(task)
    try {
      await work(task)
      return done()
    } finally {
      letGo?.()
    }
  }

  /** By dispatch of a URL. Bounded by the tasks that this process takes at once. */
  const inHand = new Map<string, Promise<Disposition>>()

  return (task: FetchTask): Promise<Disposition> => {
    const dispatch = `${task.urlId}:${task.attempt}`
    const held = inHand.get(dispatch)
    // The broker gave up waiting while a cable was out and gives it once more: one fetch is enough.
    if (held !== undefined) return held
    const holding = hold(task).finally(() => inHand.delete(dispatch))
    inHand.set(dispatch, holding)
    return holding
  }
}
