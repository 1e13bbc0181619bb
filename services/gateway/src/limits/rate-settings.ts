import { z } from 'zod'
import type { GcraRate } from './gcra.ts'
import { rateOf } from './limit-callers.ts'

/** `100/min,20`: so many a minute, so many at once. `off`: no limit (null). */
export function envRate(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text, context): GcraRate | null => {
      if (text === 'off') return null
      const [perMinute = 0, burst = 0] = (/^(\d{1,7})\/min,(\d{1,6})$/.exec(text) ?? []).slice(1).map(Number)
      if (perMinute > 0 && burst > 0) return rateOf(perMinute, burst)
      context.addIssue({ code: 'custom', message: `expected '100/min,20' (a minute, at once) or 'off', got '${text}'` })
      return z.NEVER
    })
}
