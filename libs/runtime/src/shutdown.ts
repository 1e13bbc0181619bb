import type { Logger } from './logger.ts'

/** Longer than any drain: whoever still runs then hangs on a handle that nobody closed. */
const forceAfterMs = 120_000

/**
 * Aborts at the first SIGTERM or SIGINT; the second one ends the process at once. For `main.ts` only.
 */
export function shutdownSignal(log: Logger): AbortSignal {
  const controller = new AbortController()
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      log.error('asked twice, leaving at once', { signal })
      process.exit(1)
    }
    log.info('asked to stop', { signal })
    controller.abort(new Error(signal))
    setTimeout(() => {
      log.error('did not stop in time, leaving', { forceAfterMs })
      process.exit(1)
    }, forceAfterMs).unref()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return controller.signal
}
