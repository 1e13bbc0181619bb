import { signal } from '@preact/signals'
import { ApiFailure, type Client, makeClient, Unreachable } from '@seine/client'
import { activity } from './activity.ts'
import { noteLost, noteOnline } from './connection.ts'
import { t, tOr } from './i18n.ts'

/** Grows each time the gateway says that nobody is signed in. */
export const refusals = signal(0)

const tabLimitMs = 20_000

/** One client for the page: each of its requests says how the connection is. */
export const client: Client = makeClient({
  baseUrl: location.origin,
  timeoutMs: tabLimitMs,
  isBackground: activity.isAway,
  fetch: request,
})

async function request(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  try {
    const response = await ask(input, init)
    noteOnline()
    if (response.status === 401) refusals.value++
    return response
  } catch (error) {
    if (init.signal?.aborted !== true || isTimeout(init.signal)) noteLost()
    throw error
  }
}

/** Times that a request which was refused for its number is made again. */
const maxRepeats = 3
const longestPauseMs = 10_000

/** Whoever asks too often is told when to come back, and does: also for changes, since nothing was done yet. */
async function ask(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  for (let repeats = 0; ; repeats++) {
    const response = await fetch(input, init)
    const pauseMs = Number(response.headers.get('retry-after')) * 1_000
    if (response.status !== 429 || repeats === maxRepeats || !(pauseMs > 0 && pauseMs <= longestPauseMs))
      return response
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

const isTimeout = (signal: AbortSignal) => (signal.reason as Error | undefined)?.name === 'TimeoutError'

/** Asking again gives the same. */
export const isGone = (error: unknown): boolean => error instanceof ApiFailure && error.status === 404

/** What went wrong, for people; with what to quote when asking for help. */
export function describeError(error: unknown): { text: string; detail: string | null } {
  if (error instanceof Unreachable) return { text: t('error.unreachable'), detail: null }
  if (error instanceof ApiFailure) {
    const known = tOr(`error.code.${error.code}`, '')
    return {
      text: known === '' ? error.message : `${known} (${error.message})`,
      detail: error.correlationId === null ? null : t('error.reference', { id: error.correlationId }),
    }
  }
  return { text: error instanceof Error ? error.message : String(error), detail: null }
}
