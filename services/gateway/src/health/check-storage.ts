import type { HealthCheck } from '@seine/runtime'

/**
 * A broker whose disk is full answers and stores nothing. Replicas announce themselves in it every few seconds, this one too: once one
 * was seen, there has to be one.
 */
export function makeCheckStorage(announced: () => Promise<readonly unknown[]>): HealthCheck {
  let wasSeen = false
  return async () => {
    const isSeen = (await announced()).length > 0
    wasSeen ||= isSeen
    return isSeen || !wasSeen ? null : 'answers, but stores nothing: is its disk full?'
  }
}
