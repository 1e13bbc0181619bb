import { fingerprintOf } from './error-fingerprint.ts'

/** Something unexpected as it is told, before it is counted. Secrets are stripped already. */
export interface ToldError {
  readonly service: string
  readonly level: 'warn' | 'error'
  readonly name: string
  readonly message: string
  readonly stack: string | null
  readonly context: Readonly<Record<string, string>>
  readonly correlationId: string | null
  readonly atMs: number
}

/** The latest of its kind, and how often since the last report. */
export interface TalliedError extends ToldError {
  readonly fingerprint: string
  readonly count: number
  readonly firstAtMs: number
}

/** Faults told in one report; of what comes beyond that only the number is kept. */
export const maxFaultsPerReport = 50

/** Counts errors of one kind together, so that a storm of them is a few reports. */
export function makeErrorTally(maxFaults = maxFaultsPerReport): {
  add(error: ToldError): void
  /** What was added since the last time, and how many more there was no room for. */
  take(): { errors: TalliedError[]; dropped: number }
} {
  const faults = new Map<string, TalliedError>()
  let dropped = 0
  return {
    add(error) {
      const fingerprint = fingerprintOf(error)
      const known = faults.get(fingerprint)
      if (known === undefined && faults.size >= maxFaults) {
        dropped++
        return
      }
      const firstAtMs = known?.firstAtMs ?? error.atMs
      faults.set(fingerprint, { ...error, fingerprint, count: (known?.count ?? 0) + 1, firstAtMs })
    },
    take() {
      const taken = { errors: [...faults.values()], dropped }
      faults.clear()
      dropped = 0
      return taken
    },
  }
}
