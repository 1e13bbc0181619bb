import { parseHttpDate } from './http-date.ts'

/** No host is waited for longer than this, whatever it asks; policies usually allow much less. */
export const maxRetryAfterMs = 24 * 3_600_000

/**
 * Reads a `Retry-After` header: whole seconds or a date (RFC 9110 §10.2.3).
 *
 * @param nowMs what a date is compared with: the broker's clock, or the response's own `Date`.
 * @returns ms to wait, from 0 (now, or a date that has passed) to `maxMs`; null where the header is absent or says nothing.
 */
export function parseRetryAfter(
  value: string | null | undefined,
  nowMs: number,
  maxMs = maxRetryAfterMs,
): number | null {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(maxMs, Number(text) * 1_000)
  const dateMs = parseHttpDate(text)
  return dateMs === null ? null : Math.min(maxMs, Math.max(0, dateMs - nowMs))
}
