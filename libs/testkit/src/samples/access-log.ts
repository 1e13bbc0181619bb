export interface Access {
  /** With port, as asked for. */
  readonly host: string
  /** With query. */
  readonly path: string
  /** 0: the client went away before an answer. */
  status: number
  /** When it came, with fractions. */
  readonly startMs: number
  /** Null: still under way. */
  endMs: number | null
  /** Requests open at this host when it came, itself included. */
  readonly concurrency: number
  readonly userAgent: string
  readonly generation: number
}

/** The oldest entries are dropped beyond this. */
export const maxLoggedAccesses = 200_000

/** What the sample sites were asked, to check politeness against. */
export interface AccessLog {
  readonly entries: readonly Access[]
  /** With or without its port. */
  of(host: string): Access[]
  /** Most requests that were open at the host at once. */
  maxConcurrency(host: string): number
  /** Most requests to the host that began within any window of that length. */
  maxInWindow(host: string, windowMs: number): number
  /**
   * How much any window of any length holds more than `burst + rate·T`, as the time by which its first requests would
   * have to have come earlier. 0 or less: none does.
   */
  excessMs(host: string, pace: { burst: number; ratePerSecond: number }): number
}

/** Answers about entries that come in the order of their `startMs`. */
export function accessLogOf(entries: readonly Access[]): AccessLog {
  return questionsAbout(() => entries)
}

function questionsAbout(entriesNow: () => readonly Access[]): AccessLog {
  const of = (host: string) =>
    entriesNow().filter((access) => access.host === host || access.host.split(':')[0] === host)
  return {
    get entries() {
      return entriesNow()
    },
    of,
    maxConcurrency: (host) => of(host).reduce((most, access) => Math.max(most, access.concurrency), 0),
    maxInWindow(host, windowMs) {
      const starts = of(host).map((access) => access.startMs)
      let most = 0
      for (let from = 0, to = 0; to < starts.length; to++) {
        while (starts[to]! - starts[from]! >= windowMs) from++
        most = Math.max(most, to - from + 1)
      }
      return most
    },
    excessMs(host, { burst, ratePerSecond }) {
      const intervalMs = 1_000 / ratePerSecond
      // The window from request i to request j is over by (j − i + 1 − burst)·interval − T: j's share less i's share.
      let most = Number.NEGATIVE_INFINITY
      let lowest = Number.POSITIVE_INFINITY
      for (const [place, { startMs }] of of(host).entries()) {
        const behindMs = place * intervalMs - startMs
        lowest = Math.min(lowest, behindMs)
        most = Math.max(most, behindMs - lowest + (1 - burst) * intervalMs)
      }
      return most
    },
  }
}

export interface LiveAccessLog extends AccessLog {
  clear(): void
}

export function makeAccessLog(): LiveAccessLog & {
  enter(access: Omit<Access, 'concurrency'>): Access
  leave(access: Access): void
} {
  let entries: Access[] = []
  const open = new Map<string, number>()
  return {
    ...questionsAbout(() => entries),
    get entries() {
      return entries
    },
    clear() {
      entries = []
    },
    enter(access) {
      const concurrency = (open.get(access.host) ?? 0) + 1
      open.set(access.host, concurrency)
      const entered: Access = { ...access, concurrency }
      entries.push(entered)
      if (entries.length > maxLoggedAccesses) entries = entries.slice(-maxLoggedAccesses / 2)
      return entered
    },
    leave(access) {
      open.set(access.host, (open.get(access.host) ?? 1) - 1)
    },
  }
}
