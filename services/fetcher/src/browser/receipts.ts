import type { Clock } from '@seine/runtime'
import type { BrowserContext, Request } from 'playwright-core'

/** Tells when a page has got what it was answered: on a busy machine an answer takes its time from us to the page. */
export interface Receipts {
  /** To be called before a request is answered; what it gives, after that. */
  expect(request: Request): () => Promise<void>
}

/** An answer whose arrival Chromium does not tell of by then has arrived. */
const longestReceiptMs = 2_000

export function watchReceipts(context: BrowserContext, clock: Clock, signal: AbortSignal): Receipts {
  const expected = new Map<Request, () => void>()
  const onReceived = (request: Request) => expected.get(request)?.()
  context.on('requestfinished', onReceived)
  context.on('requestfailed', onReceived)

  return {
    expect(request) {
      const arrived = new AbortController()
      const onAbort = () => arrived.abort()
      expected.set(request, onAbort)
      signal.addEventListener('abort', onAbort)
      return async () => {
        await clock.sleep(longestReceiptMs, arrived.signal)
        expected.delete(request)
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}
