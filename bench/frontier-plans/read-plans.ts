/** What one statement did, as PostgreSQL's auto_explain wrote it down. */
export interface StatementPlan {
  /** The statement's text on one line. */
  readonly text: string
  readonly durationMs: number
  /** Pages of 8 KB: found in PostgreSQL's own buffers, and asked of the system. */
  readonly buffersHit: number
  readonly buffersRead: number
  /** How each table was looked into: `urls by urls_claim`, `hosts all of it`; those that found nothing too. */
  readonly scans: readonly Scan[]
}

export interface Scan {
  readonly relation: string
  /** Null: the whole table was read. */
  readonly index: string | null
  /** All loops together. */
  readonly rows: number
  /** Rows read and thrown away. */
  readonly removed: number
}

interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly 'Shared Read Blocks'?: number
  readonly Plans?: readonly Node[]
}

/** Plans in a server's log (auto_explain, `log_format = json`), in the order in which statements ended. */
export function readPlans(log: string): StatementPlan[] {
  return [...log.matchAll(/duration: ([\d.]+) ms {2}plan:\n((?:\t.*(?:\n|$))+)/g)].map(([, ms, json]) => {
    const said = JSON.parse(json!.replace(/^\t/gm, '')) as { 'Query Text': string; Plan: Node }
    const { Plan: top } = said
    return {
      text: said['Query Text'].replace(/\s+/g, ' ').trim(),
      durationMs: Number(ms),
      buffersHit: top['Shared Hit Blocks'] ?? 0,
      buffersRead: top['Shared Read Blocks'] ?? 0,
      scans: scansOf(top),
    }
  })
}

function scansOf(node: Node): Scan[] {
  const below = (node.Plans ?? []).flatMap(scansOf)
  const { 'Relation Name': relation, 'Index Name': index = null } = node
  if (relation === undefined || !node['Node Type'].includes('Scan')) return below
  const loops = node['Actual Loops'] ?? 0
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const scan = { relation, index, rows: Math.round((node['Actual Rows'] ?? 0) * loops), removed: removed * loops }
  return [scan, ...below]
}
