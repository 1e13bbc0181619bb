import { isNonIndexable, noindexOf } from '../indexability.ts'
import { type ReportRow, statusOf } from '../row.ts'

/** What a page is to those that link to it, as one word: what it answered, whether it can be indexed, its HTTP status. */
export const answers = [
  'none',
  'ok',
  'redirect',
  'client-error',
  'server-error',
  'no-answer',
  'blocked',
  'other',
] as const
export type Answer = (typeof answers)[number]

const noindexBit = 8
const canonicalisedBit = 16
const indexableBit = 32
const statusShift = 8

export function stateWordOf(row: ReportRow): number {
  const { noindex, canonicalised } = noindexOf(row)
  return (
    answers.indexOf(answerOf(row)) |
    (noindex ? noindexBit : 0) |
    (canonicalised ? canonicalisedBit : 0) |
    (isNonIndexable(row) ? 0 : indexableBit) |
    (Math.min(999, row.ledger.outcome === 'skipped' ? 0 : statusOf(row)) << statusShift)
  )
}

/** `other`: skipped for another reason than robots.txt, or a block page. */
export function answerOf(row: ReportRow): Answer {
  const { outcome, reason } = row.ledger
  if (outcome === 'skipped') return reason === 'robots' ? 'blocked' : 'other'
  const status = statusOf(row)
  if (status === 0) return 'no-answer'
  if (status >= 500) return 'server-error'
  if (status >= 400) return 'client-error'
  if (status >= 300) return 'redirect'
  return outcome === 'failed' ? 'other' : 'ok'
}

export const answerIn = (state: number): Answer => answers[state & 7] as Answer
export const isNoindexIn = (state: number): boolean => (state & noindexBit) !== 0
export const isCanonicalisedIn = (state: number): boolean => (state & canonicalisedBit) !== 0
export const isIndexableIn = (state: number): boolean => (state & indexableBit) !== 0
export const statusIn = (state: number): number => state >>> statusShift
