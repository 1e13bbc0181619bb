import type { Policy } from '@seine/contracts'
import type { DecodeState } from './decode.ts'
import type { FetchFailure, FetchFailureKind } from './failure.ts'

export interface HttpRequest {
  /** Absolute http or https; its fragment is not sent. */
  url: string
  /** Sent as they are; `accept-encoding` is added where it is missing, `host` and `connection` are the client's own. */
  headers: Readonly<Record<string, string>>
  /** Makes it a POST with this body. Absent: a GET. */
  body?: Uint8Array
  /** `headersMs` and `idleMs` are kept to within a second, the other two exactly. */
  timeouts: Policy['timeouts']
  limits: { maxBodyBytes: number; maxHeaderBytes: number }
  signal?: AbortSignal | undefined
  /** From the site's policy. Absent: `direct`. A pool that isn't configured fails the request; it never goes direct instead. */
  proxyPool?: Policy['proxyPool']
}

export interface HttpAnswerHead {
  ok: true
  status: number
  /** One text a name, lower-case; see `plainHeaders` for what came more than once. */
  headers: Record<string, string>
  /** From the call to the last header byte; waiting for a connection is in it. */
  ttfbMs: number
  /** Where the host was last connected to; with a proxy, where the proxy was told to connect to. */
  remoteAddress: string
}

export interface HttpPage extends HttpAnswerHead {
  /** Decoded, at most `maxBodyBytes`. */
  body: Uint8Array
  /** The body was longer than `maxBodyBytes`, or its compressed form ended too early. */
  truncated: boolean
  /** Bytes of the body as sent, headers not counted. */
  transferredBytes: number
  durationMs: number
}

export interface HttpStream extends HttpAnswerHead {
  /** To be read once. Throws FetchError where the body fails on the way; leaving the loop drops the connection. */
  chunks: AsyncIterable<Uint8Array>
  /** Kept up to date while `chunks` is read. */
  progress: Readonly<DecodeState>
}

export interface HttpFailed {
  ok: false
  failure: FetchFailure
}

export type HttpAnswer = HttpPage | HttpFailed

export function failed(kind: FetchFailureKind, message: string): HttpFailed {
  return { ok: false, failure: { kind, message } }
}
