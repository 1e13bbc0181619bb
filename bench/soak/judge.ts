import type { Allowance, Sample, Trend } from './trend.ts'
import { trendOf } from './trend.ts'

/** `kept`: it grows by the run on purpose, and how much is told. `info`: part of a sum that is judged. */
export type Verdict = 'flat' | 'GROWS' | 'kept' | 'info' | 'too short'

export interface Judged {
  readonly measure: string
  readonly verdict: Verdict
  readonly trend: Trend | null
}

/** Memory of a collected heap and room on a disk move in steps: of a block, of a segment of the log. */
const allowances: readonly (readonly [RegExp, Allowance])[] = [
  [/restarts$/, { share: 0, amount: 0 }],
  [/(rss|heap|external)_mb$/, { share: 0.05, amount: 5 }],
  [/wal_mb$/, { share: 0.05, amount: 32 }],
  [/_mb$/, { share: 0.05, amount: 10 }],
  [/./, { share: 0.05, amount: 3 }],
]
const isKept = (measure: string) => measure === 'database.history_mb'
/** They make up what is judged as a whole. */
const isInfo = (measure: string) => /^(table|stream) /.test(measure)

export const rule = `flat: from the second quarter's median to the last's at most 5 % and 5 MB of memory, 10 MB of disk (32 of the write-ahead log), 3 of anything counted`

export function judge(samples: ReadonlyMap<string, readonly Sample[]>): Judged[] {
  return [...samples].map(([measure, readings]) => {
    const allowance = allowances.find(([pattern]) => pattern.test(measure))![1]
    const trend = trendOf(readings, allowance)
    if (trend === null) return { measure, verdict: 'too short', trend }
    if (isKept(measure)) return { measure, verdict: 'kept', trend }
    if (isInfo(measure)) return { measure, verdict: 'info', trend }
    return { measure, verdict: trend.isFlat ? 'flat' : 'GROWS', trend }
  })
}

export function tableOf(judged: readonly Judged[]): string {
  const round = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1))
  const rows = judged
    .filter(({ verdict, trend }) => verdict !== 'info' || (trend !== null && Math.abs(trend.perHour) >= 1))
    .map(({ measure, verdict, trend }) => [
      measure,
      ...(trend?.quarters.map(round) ?? ['', '', '', '']),
      trend === null ? '' : round(trend.perHour),
      verdict,
    ])
  const head = ['measure', '1st quarter', '2nd', '3rd', 'last', 'an hour', 'verdict']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
