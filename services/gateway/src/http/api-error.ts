import { RpcError, type RpcErrorCode } from '@seine/bus'
import type { z } from 'zod'

export type ApiStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 428 | 429 | 500 | 503

/** An answer that is an error: status, a code that is the contract, a sentence for people. */
export class ApiError extends Error {
  readonly status: ApiStatus
  readonly code: string
  readonly details: Record<string, unknown>
  /** To be sent with the answer, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ApiStatus,
    code: string,
    message: string,
    details: Record<string, unknown> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = details
    this.headers = headers
  }
}

const statusOfRpc: Record<RpcErrorCode, ApiStatus> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  unavailable: 503,
  internal: 500,
}

/** What went wrong, as an answer. Anything unexpected becomes a 500 that tells nothing of its inside. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof RpcError)
    return new ApiError(statusOfRpc[error.code], error.code, error.message, error.details ?? {})
  return new ApiError(500, 'internal', 'unexpected error')
}

/** A part of a request that its schema refuses, by field. */
export function invalidRequest(status: 400 | 422, where: string, error: z.ZodError): ApiError {
  const fields: Record<string, string[]> = {}
  for (const issue of error.issues) {
    const name = issue.path.join('.') || where
    fields[name] = [...(fields[name] ?? []), issue.message]
  }
  const first = error.issues[0]
  const message = first === undefined ? `invalid ${where}` : `${first.path.join('.') || where}: ${first.message}`
  return new ApiError(status, 'invalid', message, { fields })
}
