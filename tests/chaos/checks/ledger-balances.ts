import type { RoundEvidence } from '../round-evidence.ts'

const outcomes = ['ok', 'unchanged', 'failed', 'skipped'] as const
const done = 2

/** I1: discovered = ok + unchanged + failed + skipped + pending, by the counters and by the rows that they count. */
export function ledgerBalances({ run, ledger }: Pick<RoundEvidence, 'run' | 'ledger'>): string[] {
  const problems: string[] = []
  for (const { site, counts } of run.sites) {
    const { discovered, pending } = counts
    const sum = outcomes.reduce((total, outcome) => total + counts[outcome], pending)
    if (sum !== discovered) problems.push(`${site}: ${discovered} discovered, outcomes and pending are ${sum}`)
    if (pending !== 0) problems.push(`${site}: ${pending} pending`)
    const rows = ledger.filter((row) => row.site === site && row.kind === 'page')
    if (rows.length !== discovered) problems.push(`${site}: ${discovered} discovered, ${rows.length} rows`)
    for (const outcome of outcomes) {
      const found = rows.filter((row) => row.outcome === outcome).length
      if (found !== counts[outcome]) problems.push(`${site}: ${counts[outcome]} ${outcome}, ${found} rows say so`)
    }
    for (const row of rows)
      if (row.state !== done || row.outcome === null) problems.push(`${site}: ${row.url} has no outcome`)
      else if (row.outcome !== 'ok' && row.reason === '') problems.push(`${site}: ${row.url} ${row.outcome}, no reason`)
  }
  return problems
}
