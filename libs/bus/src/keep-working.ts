import type { Delivery } from './delivery.ts'

/**
 * Tells the broker every third of the ack wait that these are still worked on, so that nobody else gets them.
 * Returns how to stop that.
 */
export function keepWorking(held: () => Iterable<Delivery>, ackWaitMs: number): () => void {
  const everyMs = ackWaitMs / 3
  const timer = setInterval(() => {
    // Younger ones have more than a third left until the next round.
    const olderThanMs = performance.now() - everyMs / 2
    for (const delivery of held()) if (delivery.receivedAtMs <= olderThanMs) delivery.working()
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
