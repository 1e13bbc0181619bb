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
  /** By process, without what came before the beginning. */
  processes: Record<string, ProcessCost>
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
  return sumOf(processes, prefix, ({ cpuMs }) => cpuMs) / pages
}

/** The peaks of all processes added up: no less than what they had at any one time. */
export function peakMbOf({ processes }: Pick<Row, 'processes'>, prefix = ''): number {
  return sumOf(processes, prefix, ({ peakMb }) => peakMb)
}

function sumOf(processes: Row['processes'], prefix: string, value: (cost: ProcessCost) => number): number {
  return Object.entries(processes)
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [, cost]) => sum + value(cost), 0)
}
