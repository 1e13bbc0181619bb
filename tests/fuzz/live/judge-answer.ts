import { z } from 'zod'
import type { RawRequest } from './api-request.ts'
import type { RawAnswer } from './raw-http.ts'

const envelope = z.strictObject({
  error: z.string().min(1),
  error_code: z.string().regex(/^[a-z][a-z0-9-]*$/),
  details: z.record(z.string(), z.unknown()),
  correlation_id: z.string().min(1),
})

/** What is wrong with the answer to a request. Null: nothing. `isFetcherNeeded`: there is none, and the answer may say so. */
export function judgeAnswer(request: RawRequest, answer: RawAnswer, isFetcherNeeded: boolean): string | null {
  if (answer.kind === 'silence') return 'silence: no answer'
  if (answer.kind === 'closed') return request.isWhole && request.isHttp ? 'closed: no answer' : null
  const { status, headers, body } = answer
  const isSorry = status === 503 && isFetcherNeeded && body.includes('"unavailable"')
  if (status >= 500 && !isSorry) return `status: ${status} ${body.slice(0, 300)}`
  // What Node's own parser refuses has no body.
  if (!request.isHttp || request.method === 'HEAD' || status < 400) return null
  if (!headers.get('content-type')?.startsWith('application/json'))
    return `envelope: ${status} of type ${headers.get('content-type')}`
  try {
    const parsed = envelope.safeParse(JSON.parse(body))
    return parsed.success ? null : `envelope: ${status} ${body.slice(0, 300)}`
  } catch {
    return `envelope: ${status} is no JSON: ${body.slice(0, 300)}`
  }
}
