/** The gateway's answer to a request that it could not meet. */
export class ApiFailure extends Error {
  readonly status: number
  /** Stable: `invalid`, `not-found`, `conflict`, `unavailable`, … */
  readonly code: string
  readonly details: Record<string, unknown>
  readonly correlationId: string | null

  constructor(status: number, body: unknown) {
    const { error, error_code, details, correlation_id } = (body ?? {}) as Record<string, unknown>
    super(typeof error === 'string' ? error : `the gateway answered ${status}`)
    this.name = 'ApiFailure'
    this.status = status
    this.code = typeof error_code === 'string' ? error_code : 'unknown'
    this.details = typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {}
    this.correlationId = typeof correlation_id === 'string' ? correlation_id : null
  }
}

/** Nothing answers where the gateway should be, or not in time. */
export class Unreachable extends Error {
  readonly baseUrl: string

  constructor(baseUrl: string, reason: string, cause?: unknown) {
    super(`the gateway at ${baseUrl} can't be reached: ${reason}`, cause === undefined ? undefined : { cause })
    this.name = 'Unreachable'
    this.baseUrl = baseUrl
  }
}

/** Why a fetch failed, in a few words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, name, message } = cause as { code?: string; name?: string; message?: string }
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host not found'
  if (name === 'TimeoutError') return 'no answer in time'
  return code ?? message ?? String(cause)
}
