import { ApiError } from '../http/api-error.ts'

const answerWithinMs = 2_000

/** What the broker answers. Throws ApiError 503 where it does not, or not in time. */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), answerWithinMs)
  try {
    return await Promise.race([answer, late.promise])
  } catch (cause) {
    // Nobody is let in on a guess.
    throw Object.assign(new ApiError(503, 'unavailable', 'credentials can not be checked just now'), { cause })
  } finally {
    clearTimeout(timer)
  }
}
