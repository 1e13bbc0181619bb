export interface Access {
  /** With port, as asked for. */
  readonly host: string
  /** With query. */
  readonly path: string
  /** 0: the client went away before an answer. */
  status: number
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
  of(host: string): Access[]
  /** Most requests that were open at the host at once. */
  maxConcurrency(host: string): number
  /** Most requests to the host that began within any window of that length. */
  maxInWindow(host: string, windowMs: number): number
  clear(): void
}

export function makeAccessLog(): AccessLog & {
  enter(access: Omit<Access, 'concurrency'>): Access
  leave(access: Access): void
} {
  let entries: Access[] = []
  const open = new Map<string, number>()
  const of = (host: string) => entries.filter((access) => access.host === host || access.host.split(':')[0] === host)
  return {
    get entries() {
      return entries
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
