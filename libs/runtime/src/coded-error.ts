/** An error whose code is the contract and whose message is for people. */
export class CodedError extends Error {
  /** Kebab-case, stable: callers compare it. */
  readonly code: string
  readonly details?: Record<string, unknown>

  constructor(code: string, message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CodedError'
    this.code = code
    if (options.details !== undefined) this.details = options.details
  }
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.replace(/\s+/g, ' ').trim()
}
