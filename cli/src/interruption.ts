/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; disposing it gives the signals back, so that a second Ctrl-C during a slow stop
 * ends the process at once (the kernel, or "seine down", then ends what it started).
 */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => {
    dispose()
    controller.abort()
  }
  const dispose = () => {
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
  for (const signal of signals) process.once(signal, onSignal)
  return { signal: controller.signal, [Symbol.dispose]: dispose }
}

/** Resolves when the signal is aborted. Keeps the process alive until then. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const alive = setInterval(() => {}, 60_000)
    const done = () => {
      clearInterval(alive)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
