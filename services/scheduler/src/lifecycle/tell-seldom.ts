import type { Logger } from '@seine/runtime'

/** How often one cause is told of. */
export const tellEveryMs = 60_000
/** Causes told apart; more count as one, because a cause may name what differs each time. */
export const maxCauses = 100
const otherCauses = ''

interface Cause {
  message: string
  fields: Readonly<Record<string, unknown>>
  toldAtMs: number
  /** Since it was told. */
  untold: number
}

export interface SeldomTeller {
  /** Tells of a failure at once where its cause is new, and counts it otherwise. `fields` are of one of them, the last. */
  failed(message: string, cause: string, fields: Readonly<Record<string, unknown>>): void
  /** Tells of what was counted a minute ago and more. Called now and then. */
  due(): void
}

/**
 * Logs errors that come as often as a loop turns: each cause once a minute, with `times`, how many there were since the line before.
 * Nothing goes uncounted: what was counted is told when its minute is over, even where there was no more of it.
 */
export function makeTellSeldom(log: Logger, nowMs: () => number): SeldomTeller {
  const causes = new Map<string, Cause>()

  const tell = (cause: Cause, times: number): void => {
    log.error(cause.message, { ...cause.fields, times })
    cause.toldAtMs = nowMs()
    cause.untold = 0
  }

  return {
    failed(message, cause, fields) {
      const own = `${message} ${cause}`
      const key = causes.has(own) || causes.size < maxCauses ? own : otherCauses
      const known = causes.get(key)
      if (known !== undefined) {
        Object.assign(known, { message, fields, untold: known.untold + 1 })
        return
      }
      const first = { message, fields, toldAtMs: 0, untold: 0 }
      causes.set(key, first)
      tell(first, 1)
    },
    due() {
      for (const [key, cause] of causes) {
        if (nowMs() - cause.toldAtMs < tellEveryMs) continue
        if (cause.untold > 0) tell(cause, cause.untold)
        else causes.delete(key)
      }
    },
  }
}
