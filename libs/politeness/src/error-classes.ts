import type { BlockPage } from './block-pages.ts'
import type { CallKind } from './breaker.ts'

/** Ways in which a request ends without a usable answer. */
export type FailureKind =
  | 'dns-not-found'
  | 'dns-error'
  | 'address-blocked'
  | 'connect-refused'
  | 'connect-timeout'
  | 'reset'
  | 'tls'
  | 'headers-timeout'
  | 'idle-timeout'
  | 'total-timeout'
  | 'headers-too-large'
  | 'bad-encoding'
  | 'decompression-bomb'
  | 'truncated-body'
  | 'protocol'
  | 'aborted'
  | 'browser-crashed'
  | 'render-timeout'

/** An answer. `block`: a block page or captcha was recognised. */
export interface AnswerStatus {
  readonly status: number
  readonly block?: BlockPage | null
  /** The answer has a usable `Retry-After`. Absent: no. */
  readonly hasRetryAfter?: boolean
}

export interface Verdict {
  /**
   * `ok`: not a failure. `retry`: again later, within the budget. `fail`: this URL is done. `skip`: never asked for.
   * `stop-host`: this URL is done, and every other one of the host would end the same way.
   */
  readonly next: 'ok' | 'retry' | 'fail' | 'skip' | 'stop-host'
  /** Kebab-case, goes into the ledger. Empty for `ok`. */
  readonly reason: string
  /** A failure of the host, for its breaker. */
  readonly countsAgainstHost: boolean
  /** Uses up one of the URL's tries. False: it only has to wait. */
  readonly countsAsFailure: boolean
  readonly backoff: 'equal' | 'decorrelated'
  /** What the host clock is told. */
  readonly call: CallKind
}

type Row = readonly [next: Verdict['next'], call: CallKind, reason: string]

const failures: Record<FailureKind, Row> = {
  'dns-not-found': ['stop-host', 'failure', 'dns-not-found'],
  'dns-error': ['retry', 'failure', 'dns-error'],
  'address-blocked': ['stop-host', 'cancelled', 'address-blocked'],
  'connect-refused': ['retry', 'failure', 'connect-refused'],
  'connect-timeout': ['retry', 'failure', 'timeout-connect'],
  reset: ['retry', 'failure', 'connection-reset'],
  // Certificates don't heal while a run waits; a handshake cut short arrives as `reset`.
  tls: ['fail', 'failure', 'tls'],
  'headers-timeout': ['retry', 'failure', 'timeout-headers'],
  'idle-timeout': ['retry', 'failure', 'timeout-idle'],
  'total-timeout': ['retry', 'failure', 'timeout-total'],
  // The host answered, with something that no second try makes better.
  'headers-too-large': ['fail', 'success', 'headers-too-large'],
  'bad-encoding': ['fail', 'success', 'bad-encoding'],
  'decompression-bomb': ['fail', 'success', 'decompression-bomb'],
  'truncated-body': ['retry', 'failure', 'truncated-body'],
  protocol: ['retry', 'failure', 'protocol-error'],
  aborted: ['retry', 'cancelled', 'aborted'],
  // The host has answered; what came after is the page's doing or our browser's, and uses up one of its tries.
  'browser-crashed': ['retry', 'success', 'browser-crashed'],
  'render-timeout': ['retry', 'success', 'timeout-render'],
}

/** Statuses that differ from their class. */
const statuses: Record<number, Row> = {
  408: ['retry', 'failure', 'http-408'],
  421: ['retry', 'success', 'http-421'],
  423: ['retry', 'success', 'http-423'],
  425: ['retry', 'success', 'http-425'],
  429: ['retry', 'throttled', 'rate-limited'],
  /** Shopify: too many requests. */
  430: ['retry', 'throttled', 'http-430'],
  501: ['fail', 'failure', 'http-501'],
  503: ['retry', 'throttled', 'http-503'],
  505: ['fail', 'failure', 'http-505'],
  506: ['fail', 'failure', 'http-506'],
  508: ['fail', 'failure', 'http-508'],
  510: ['fail', 'failure', 'http-510'],
  /** The network between wants a login: nothing the host can mend. */
  511: ['fail', 'failure', 'http-511'],
  /** Cloudflare: TLS to the origin fails. */
  525: ['fail', 'failure', 'http-525'],
  526: ['fail', 'failure', 'http-526'],
  /** Overloaded (Qualys, Shopify, others). */
  529: ['retry', 'throttled', 'http-529'],
  /** LinkedIn and others: request denied. */
  999: ['fail', 'throttled', 'http-999'],
}

/** What happens after a failure: the one place that decides it. Pure; every kind and status has an answer. */
export function classify(failure: { readonly kind: FailureKind } | AnswerStatus): Verdict {
  if ('kind' in failure) return classification(failures[failure.kind])
  return classification(statusRow(failure))
}

/** A URL that is not asked for: `robots`, `scope`, `cancelled`, … */
export function refused(reason: string): Verdict {
  return classification(['skip', 'cancelled', reason])
}

function statusRow({ status, block, hasRetryAfter }: AnswerStatus): Row {
  // Recognised and counted, never solved: the same URL again would only be the same refusal again.
  if (block) return ['fail', 'throttled', `blocked-${block.kind}`]
  const special = statuses[status]
  if (special) return special
  if (status >= 200 && status < 400) return ['ok', 'success', '']
  if (status >= 400 && status < 500) {
    // RFC 9110 §15.5.14: a 413 may be temporary, and says so.
    return [status === 413 && hasRetryAfter ? 'retry' : 'fail', 'success', `http-${status}`]
  }
  if (status >= 500 && status < 600) return ['retry', 'failure', `http-${status}`]
  return ['fail', 'failure', `http-${status}`]
}

function classification([next, call, reason]: Row): Verdict {
  return {
    next,
    reason,
    countsAgainstHost: call === 'failure' || call === 'throttled',
    countsAsFailure: next !== 'ok' && call !== 'cancelled',
    backoff: call === 'throttled' ? 'equal' : 'decorrelated',
    call,
  }
}
