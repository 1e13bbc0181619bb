/** S3's words for "not now", and what sockets say of a server that is away. */
const passingCodes = new Set([
  ...['InternalError', 'ServiceUnavailable', 'SlowDown', 'RequestTimeout', 'OperationAborted'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
])

/**
 * Whether an S3 server failed or was not there, so that the same may work later: not where it refused. Of answers like 500, which some servers
 * give when their disk is full, the client tells in words alone.
 */
export function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined && passingCodes.has(code)) return true
  return /Retryable HTTP status: \d{3}/.test(error.message) || isStoreAway(error.cause)
}
