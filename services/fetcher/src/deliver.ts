import type { DeliverWork, DeliveryResult } from '@seine/contracts'
import type { HttpClient, HttpRequest } from '@seine/net'
import { parseRetryAfter } from '@seine/politeness'

/** A receiver answers at once and works later: what takes longer has failed. */
const timeouts: HttpRequest['timeouts'] = { connectMs: 5_000, headersMs: 10_000, idleMs: 5_000, totalMs: 15_000 }
/** Of an answer nothing but its beginning is of interest. */
const limits: HttpRequest['limits'] = { maxBodyBytes: 4_096, maxHeaderBytes: 16_384 }
const maxResponseChars = 500

/** Posts one delivery, through the address guard; redirects are answers and not followed. Whatever comes of it is a value. */
export function makeDeliver({ http, nowMs }: { http: Pick<HttpClient, 'request'>; nowMs: () => number }) {
  return async (work: DeliverWork): Promise<DeliveryResult> => {
    const { deliveryId, webhookId, attempt, url, headers } = work
    const startedMs = performance.now()
    const answer = await http.request({ url, headers, body: Buffer.from(work.body), timeouts, limits })
    const ended = { deliveryId, webhookId, attempt, durationMs: performance.now() - startedMs }
    if (!answer.ok) {
      const { kind, message } = answer.failure
      return { ...ended, status: 0, error: `${kind}: ${message}`.slice(0, 500), response: '', retryAfterMs: null }
    }
    return {
      ...ended,
      status: answer.status,
      error: null,
      response: beginningOf(answer.body),
      retryAfterMs: parseRetryAfter(answer.headers['retry-after'], nowMs()),
    }
  }
}

/** Text without control characters: it is shown in terminals and pages. */
function beginningOf(body: Uint8Array): string {
  return new TextDecoder()
    .decode(body)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, maxResponseChars)
}
