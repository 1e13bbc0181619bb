import type { LiveFilter, SeineEvent } from '@seine/contracts'
import { ApiFailure, reasonOf, Unreachable } from './api-failure.ts'
import { readSse } from './sse-reader.ts'
import { queryOf } from './transport.ts'

/** An event of a run with its place in the log. */
export interface RunEvent {
  /** What a later reader goes on from. */
  readonly seq: number
  readonly event: SeineEvent
}

/** Which events are told: all that is given has to hold. */
export interface RunEventsOptions extends Omit<LiveFilter, 'run'> {
  /** Events after this sequence. Absent: from the run's first; of all runs: from now on. */
  readonly since?: number
  readonly signal?: AbortSignal
}

export interface RunEventsDeps {
  readonly open: (path: string, headers: Record<string, string>, signal: AbortSignal) => Promise<Response>
  readonly baseUrl: string
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly nowMs: () => number
}

/** The gateway says something every 15 s: three times that in silence and the connection is dead. */
export const silenceMs = 45_000
const firstPauseMs = 200
const maxPauseMs = 5_000
/** How long a gateway may stay away before the reader gives up. */
export const giveUpAfterMs = 120_000

/**
 * The events of a run, or of all runs where `runId` is null, each once and in order, through every loss of the connection;
 * ends when the run has finished, or at the signal. Throws ApiFailure where the gateway refuses, Unreachable where it
 * stays away.
 */
export async function* runEvents(
  deps: RunEventsDeps,
  runId: string | null,
  options: RunEventsOptions = {},
): AsyncGenerator<RunEvent, void> {
  const { site, level, types } = options
  const stream = runId === null ? '/api/events/stream' : `/api/bulk-runs/${encodeURIComponent(runId)}/stream`
  const path = stream + queryOf({ site, level, type: types?.join(',') })
  const stop = options.signal ?? new AbortController().signal
  // Without one the gateway begins where the stream does.
  let lastSeq = options.since ?? (runId === null ? null : 0)
  let pauseMs = firstPauseMs
  let lostSinceMs: number | null = null
  while (!stop.aborted) {
    let reason = 'the stream ended'
    // One connection: left at the signal, or when nothing comes for too long.
    const leave = new AbortController()
    const onStop = () => leave.abort()
    stop.addEventListener('abort', onStop, { once: true })
    let silence = setTimeout(() => leave.abort(), silenceMs)
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(() => leave.abort(), silenceMs)
    }
    try {
      const headers = { accept: 'text/event-stream', ...(lastSeq === null ? {} : { 'last-event-id': String(lastSeq) }) }
      const response = await deps.open(path, headers, leave.signal)
      for await (const { lastEventId, type, data } of readSse(textOf(response, heard))) {
        lostSinceMs = null
        pauseMs = firstPauseMs
        if (type === 'end') return
        if (type === 'dropped') break
        const seq = Number(lastEventId)
        if (!(seq > (lastSeq ?? 0))) continue
        lastSeq = seq
        yield { seq, event: JSON.parse(data) as SeineEvent }
      }
    } catch (error) {
      if (stop.aborted) return
      if (error instanceof ApiFailure && error.status < 500) throw error
      reason = error instanceof ApiFailure ? error.message : reasonOf(error)
    } finally {
      clearTimeout(silence)
      stop.removeEventListener('abort', onStop)
      leave.abort()
    }
    lostSinceMs ??= deps.nowMs()
    if (deps.nowMs() - lostSinceMs >= giveUpAfterMs) throw new Unreachable(deps.baseUrl, reason)
    await deps.sleep(pauseMs, stop)
    pauseMs = Math.min(maxPauseMs, pauseMs * 2)
  }
}

async function* textOf(response: Response, heard: () => void): AsyncGenerator<string, void> {
  if (response.body === null) return
  const decoder = new TextDecoder()
  for await (const bytes of response.body) {
    heard()
    yield decoder.decode(bytes, { stream: true })
  }
}
