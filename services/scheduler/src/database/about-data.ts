/**
 * Whether a failure is due to a value that no try will enter: PostgreSQL's class 22, "data exception", or a time that is none. Anything
 * else may be over the next time.
 */
export function isAboutData(error: unknown): boolean {
  if (error instanceof RangeError) return true
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code)
}
