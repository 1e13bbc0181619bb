/** What one process took, or several of one name together. */
export type ProcessCost = { cpuMs: number; peakMb: number }

/** One crawler over the pages of the comparison. */
export type Row = {
  name: string
  version: string
  gives: string
  survives: string
  /** How many pages there are. */
  pages: number
  /** How many of them each witness knows: the server's log, what the crawler wrote, what it said. All must be `pages`. */
  witnesses: Record<string, number>
  /** From the first request, or from the order to begin, to the end with everything written. */
  seconds: number
  /** CPU before that: loading programs, migrations. Not in `processes`. */
  startCpuMs: number
  /** CPU milliseconds a second while it has nothing to do. Absent: it ends when it is done. */
  restMsPerSecond?: number
  /** The most memory that all its processes had at one time. */
  peakMb: number
  /** By process, without what came before the beginning. */
  processes: Record<string, ProcessCost>
}

/** A row that was measured several times. */
export type BestRow = Row & {
  /** CPU milliseconds a page of every round, the least first. */
  rounds: number[]
}

/** Names the witnesses that don't know every page; '' where all do. */
export function wrongCounts({ pages, witnesses }: Pick<Row, 'pages' | 'witnesses'>): string {
  return Object.entries(witnesses)
    .filter(([, count]) => count !== pages)
    .map(([witness, count]) => `${witness}: ${count} of ${pages}`)
    .join(', ')
}

/** CPU milliseconds a page, of all processes or of those whose name begins so. */
export function cpuOfPage({ processes, pages }: Pick<Row, 'processes' | 'pages'>, prefix = ''): number {
  const cpuMs = Object.entries(processes)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [, cost]) => sum + cost.cpuMs, 0)
  return cpuMs / pages
}

/** CPU milliseconds a page that it would have taken in the same time for nothing: all the more, the slower the machine. */
export function restOfPage({ restMsPerSecond = 0, seconds, pages }: Row): number {
  return (restMsPerSecond * seconds) / pages
}

/**
 * One row a name, in the order of first appearance: the round that took the least CPU, because whatever else a machine does
 * can only add to it. A round that is wrong goes before all.
 */
export function bestRounds(rows: readonly Row[]): BestRow[] {
  const byName = Map.groupBy(rows, ({ name }) => name)
  return [...byName.values()].map((rounds) => {
    const sorted = rounds.toSorted((a, b) => cpuOfPage(a) - cpuOfPage(b))
    const shown = sorted.find((row) => wrongCounts(row) !== '') ?? (sorted[0] as Row)
    return { ...shown, rounds: sorted.map((row) => cpuOfPage(row)) }
  })
}
