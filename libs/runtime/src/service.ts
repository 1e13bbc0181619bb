import { type HealthCheck, startHealthServer } from './health-server.ts'
import type { Logger } from './logger.ts'
import type { Part } from './part.ts'

/** RUNNING → STOPPING (takes nothing new) → DRAINING (finishes and acknowledges) → CLEANUP → TERMINATED. */
export type Phase = 'STARTING' | 'RUNNING' | 'STOPPING' | 'DRAINING' | 'CLEANUP' | 'TERMINATED'

export interface ServiceOptions {
  readonly name: string
  readonly log: Logger
  readonly health: { host: string; port: number }
  /** What `/readyz` asks. Null: fine. Text: why not. */
  readonly checks: Record<string, HealthCheck>
  /** The text of `/metrics`. Absent: there is none. */
  readonly metrics?: () => Promise<string>
  /** Started in order, stopped all at once. */
  readonly parts: readonly Part[]
  readonly stop: AbortSignal
  /** Longest wait for parts to finish. What they hold then is delivered again elsewhere. */
  readonly drainTimeoutMs?: number
  /** Run in order after the drain. */
  readonly cleanup?: readonly (() => Promise<void>)[]
  /** Absent: sets the process's exit code. */
  readonly setExitCode?: (code: number) => void
}

/**
 * Runs a service until `stop`, or until a part fails: then the reason is logged and the process's exit code is 1.
 * Resolves when everything is stopped; rejects only where the health port can't be had.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { log, drainTimeoutMs = 30_000, setExitCode = setProcessExitCode } = options
  let phase: Phase = 'STARTING'
  const enter = (next: Phase, fields?: Record<string, unknown>) => {
    phase = next
    log.info(`phase ${next}`, { phase, ...fields })
  }
  const health = await startHealthServer({
    ...options.health,
    checks: options.checks,
    phase: () => phase,
    metrics: options.metrics,
  })
  const ended = Promise.withResolvers<void>()
  const fail = (message: string) => (error: unknown) => {
    log.error(message, { error })
    setExitCode(1)
    ended.resolve()
  }
  const onStop = () => ended.resolve()
  const onRejection = fail('unexpected rejection')
  const onException = fail('unexpected exception')
  process.on('unhandledRejection', onRejection)
  process.on('uncaughtException', onException)
  options.stop.addEventListener('abort', onStop)
  if (options.stop.aborted) ended.resolve()

  const started: Part[] = []
  try {
    for (const part of options.parts) {
      if (options.stop.aborted) break
      started.push(part)
      await part.start(fail(`part ${part.name} failed`))
    }
    enter('RUNNING')
    log.info('ready', { healthPort: health.port })
    await ended.promise
  } catch (error) {
    fail('could not start')(error)
  }
  enter('STOPPING')
  const stopping = started.map((part) => part.stop().catch(fail(`part ${part.name} did not stop cleanly`)))
  enter('DRAINING')
  const drained = await within(Promise.all(stopping), drainTimeoutMs)
  if (!drained) log.warn('drain took too long; what was held is delivered again', { drainTimeoutMs })
  enter('CLEANUP')
  for (const clean of options.cleanup ?? []) await clean().catch(fail('cleanup failed'))
  await health.close()
  options.stop.removeEventListener('abort', onStop)
  process.off('unhandledRejection', onRejection)
  process.off('uncaughtException', onException)
  enter('TERMINATED')
}

function setProcessExitCode(code: number): void {
  process.exitCode = code
}

async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), timeoutMs)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
