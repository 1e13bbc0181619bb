/** Every way a request can end without an answer. What each means for the URL and its host is politeness' to say. */
export const fetchFailureKinds = [
  'dns-not-found',
  'dns-error',
  'address-blocked',
  'connect-refused',
  'connect-timeout',
  'reset',
  'tls',
  'headers-timeout',
  'idle-timeout',
  'total-timeout',
  'headers-too-large',
  'bad-encoding',
  'decompression-bomb',
  'truncated-body',
  'protocol',
  'aborted',
] as const

export type FetchFailureKind = (typeof fetchFailureKinds)[number]

/** `message` is for people: it names hosts and addresses, never credentials. */
export interface FetchFailure {
  kind: FetchFailureKind
  message: string
}

/** A failure on its way through callbacks, and what iterating the chunks of a stream throws. */
export class FetchError extends Error {
  readonly failure: FetchFailure

  constructor(kind: FetchFailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FetchError'
    this.failure = { kind, message }
  }
}

const kindByCode: Record<string, FetchFailureKind> = {
  ECONNREFUSED: 'connect-refused',
  EHOSTUNREACH: 'connect-refused',
  ENETUNREACH: 'connect-refused',
  EHOSTDOWN: 'connect-refused',
  EADDRNOTAVAIL: 'connect-refused',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'headers-timeout',
  UND_ERR_BODY_TIMEOUT: 'idle-timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
}

/** For people, where undici only names its error. */
const words: Record<string, string> = {
  UND_ERR_HEADERS_TIMEOUT: 'it takes connections, and did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer fell silent before the end',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are longer than the policy allows',
}

/**
 * Names what the HTTP client threw. `bodyStarted`: the headers had arrived, so a peer that goes away cut the body.
 * Null for an error that is no outcome of a request but a mistake of ours: the caller throws it on.
 */
export function failureOf(error: unknown, bodyStarted: boolean): FetchFailure | null {
  if (error instanceof FetchError) return error.failure
  if (error instanceof AggregateError && error.errors.length > 0) return failureOf(error.errors[0], bodyStarted)
  if (!(error instanceof Error)) return null
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const kind = kindByCode[code] ?? kindOfPeer(error, code, bodyStarted)
  return kind === null ? null : { kind, message: words[code] ?? error.message }
}

function kindOfPeer(error: Error, code: string, bodyStarted: boolean): FetchFailureKind | null {
  const gone = bodyStarted ? 'truncated-body' : 'reset'
  if (code === 'UND_ERR_SOCKET') return error.message.startsWith('bad ') ? 'protocol' : gone
  // Before the headers are over it is two lengths that contradict each other.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return bodyStarted ? 'truncated-body' : 'protocol'
  // The parser's errors have a name and a text, but mostly no code.
  if (error.name === 'HTTPParserError') return error.message.includes('Invalid EOF state') ? gone : 'protocol'
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return 'tls'
  return null
}
