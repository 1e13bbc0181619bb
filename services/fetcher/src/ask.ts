import type { Policy } from '@seine/contracts'
import type { HttpClient, HttpPage, HttpRequest, HttpStream } from '@seine/net'
import { type BlockPage, classify, type FailureKind, parseRetryAfter, type Verdict } from '@seine/politeness'
import { hostOf } from '@seine/urls'
import { blockPageOf } from './block-page.ts'
import { discard } from './discard.ts'
import type { Ending } from './ending.ts'
import type { FetchMeter } from './fetch-meter.ts'
import type { HostGate } from './host-gate.ts'
import type { RunRef } from './host-queues.ts'
import type { Pace } from './pace.ts'
import { retryOrFail } from './retry-or-fail.ts'

/** What a host's answer is, once politeness has been kept. The verdict is `ok`, or why this URL is done all the same. */
export type Asked<A> =
  | { kind: 'answer'; answer: A; verdict: Verdict; hostDueAtMs: number }
  | { kind: 'ending'; ending: Ending }

/** What a request is for: a task of a site run, or something that no run asked for. */
export interface AskedFor extends Partial<RunRef> {
  /** Fetches of it that failed before: what the retry budget counts. */
  readonly failures: number
}

/** Everything one polite request needs to know. */
export interface Question {
  readonly task: AskedFor
  readonly url: string
  readonly policy: Policy
  readonly pace: Pace
  readonly headers: Record<string, string>
  readonly maxBodyBytes: number
  /** An answer that used up the retry budget comes back as the answer it is: a page's record says what was there. */
  readonly keepLastAnswer?: boolean
  /** Ends the request as `aborted`. */
  readonly signal?: AbortSignal
}

/** A request without an answer: the HTTP client's failure, or one of the browser's. */
export interface Unanswered {
  readonly ok: false
  readonly failure: { readonly kind: FailureKind; readonly message: string }
}

/** Who is asked for whole bodies: the HTTP client, or a browser in its place. */
export interface PageClient {
  /** `letGo` may be called before it resolves: what comes then asks the host for nothing in its own name. */
  request(request: HttpRequest, letGo: () => void): Promise<HttpPage | Unanswered>
}

export interface AskDeps<C = HttpClient> {
  readonly http: C
  readonly gate: HostGate
  /** Broker time, Unix ms. */
  readonly nowMs: () => number
  readonly random: () => number
  readonly meter?: FetchMeter | undefined
}

/**
 * Asks for a whole body, at the host's pace. 429 and 5xx and failures come back as endings. `blockOf`: how a block page
 * is recognised, if not as one in place of a page.
 */
export function makeAsk({ http, ...deps }: AskDeps<PageClient>, blockOf = blockPageOf) {
  async function send(request: HttpRequest, letGo: () => void): Promise<HttpPage | Unanswered> {
    try {
      return await http.request(request, letGo)
    } finally {
      letGo()
    }
  }
  return (question: Question): Promise<Asked<HttpPage>> => askWith(deps, question, send, blockOf)
}

/**
 * Asks for a body as a stream, at the host's pace. An answer has a place of the host until its chunks are read to their end or
 * broken off ({@link discard}).
 */
export function makeAskStream({ http, ...deps }: AskDeps) {
  async function send(request: HttpRequest, letGo: () => void): Promise<HttpStream | Unanswered> {
    let isRead = false
    try {
      const answer = await http.stream(request)
      if (!answer.ok) return answer
      isRead = true
      return { ...answer, chunks: endingWith(answer.chunks, letGo) }
    } finally {
      if (!isRead) letGo()
    }
  }
  return (question: Question): Promise<Asked<HttpStream>> => askWith<HttpStream>(deps, question, send, () => null)
}

async function* endingWith<T>(items: AsyncIterable<T>, end: () => void): AsyncGenerator<T> {
  try {
    yield* items
  } finally {
    end()
  }
}

async function askWith<A extends HttpPage | HttpStream>(
  { gate, nowMs, random, meter }: Omit<AskDeps, 'http'>,
  question: Question,
  /** `letGo` is called when the request is over. */
  send: (request: HttpRequest, letGo: () => void) => Promise<A | Unanswered>,
  blockOf: (answer: A) => BlockPage | null,
): Promise<Asked<A>> {
  const { url, policy, pace } = question
  const host = hostOf(url)
  const { runId, site } = question.task
  const askedMs = performance.now()
  const slot = await gate.acquire(host, pace, runId === undefined || site === undefined ? undefined : { runId, site })
  if (slot.kind === 'dead') return ending({ outcome: 'failed', reason: slot.reason })
  if (slot.kind === 'defer') {
    const { untilMs, reason } = slot
    return ending({ outcome: 'deferred', reason, retryAtMs: untilMs, countsAsFailure: false, hostDueAtMs: untilMs })
  }
  const { hostDueAtMs, startedAtMs, letGo } = slot
  const waitedMs = performance.now() - askedMs
  const request: HttpRequest = {
    url,
    headers: { 'user-agent': policy.userAgent, ...question.headers },
    timeouts: policy.timeouts,
    limits: { maxBodyBytes: question.maxBodyBytes, maxHeaderBytes: policy.limits.maxHeaderBytes },
    proxyPool: policy.proxyPool,
    signal: question.signal,
  }
  const answer: A | Unanswered = await send(request, letGo)
  meter?.asked(waitedMs, answer.ok && 'durationMs' in answer ? answer.durationMs : null)
  const retryAfterMs = answer.ok ? parseRetryAfter(answer.headers['retry-after'], nowMs()) : null
  const verdict = answer.ok
    ? classify({ status: answer.status, hasRetryAfter: retryAfterMs !== null, block: blockOf(answer) })
    : classify(answer.failure)
  const { call: kind, reason } = verdict
  gate.report(host, { kind, startedAtMs, retryAfterMs, maxRetryAfterMs: policy.retry.maxRetryAfterMs, reason })
  if (answer.ok && verdict.next !== 'retry') return { kind: 'answer', answer, verdict, hostDueAtMs }
  const ended = retryOrFail(question.task, policy, verdict, { retryAfterMs, nowMs: nowMs(), random })
  if (answer.ok && ended.outcome === 'failed' && question.keepLastAnswer === true) {
    return { kind: 'answer', answer, verdict, hostDueAtMs }
  }
  if (answer.ok && 'chunks' in answer) await discard(answer)
  const facts = answer.ok ? { status: answer.status } : { detail: answer.failure.message }
  return ending({ ...ended, ...facts, hostDueAtMs })
}

function ending(ending: Ending): { kind: 'ending'; ending: Ending } {
  return { kind: 'ending', ending }
}
