import { runOptionsSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import { maxBatchRounds, type Next, nextMove } from './next-move.ts'

const times = { batchWaitMs: 1_000, exportDeadlineMs: 5_000 }
const quiet = {
  step: 'fetch',
  pending: 0,
  sourcesPending: 0,
  batchesMissing: 0,
  sourceBatchesMissing: 0,
  batchRounds: 0,
  knownDone: false,
  settledAtMs: null,
  exportAskedAtMs: null,
  options: runOptionsSchema.parse({}),
} as unknown as SiteRunRow

test.each<[string, Partial<SiteRunRow>, Next]>([
  ['preflight waits for robots.txt', { step: 'preflight', sourcesPending: 1 }, { do: 'wait' }],
  ['and for the sitemaps it announced', { step: 'preflight', sourceBatchesMissing: 1 }, { do: 'note-missing' }],
  ['then it is judged', { step: 'preflight' }, { do: 'judge-preflight' }],
  ['discovery waits for sitemaps', { step: 'discover', sourcesPending: 2 }, { do: 'wait' }],
  ['but not for pages', { step: 'discover', pending: 9, batchesMissing: 3 }, { do: 'enter-known' }],
  ['then known URLs are entered until there are no more', { step: 'discover' }, { do: 'enter-known' }],
  ['then it fetches', { step: 'discover', knownDone: true }, { do: 'go', to: 'fetch' }],
  ['fetching waits for pages', { pending: 1 }, { do: 'wait' }],
  ['and for what they announced', { batchesMissing: 1 }, { do: 'note-missing' }],
  ['a little', { batchesMissing: 1, settledAtMs: 9_500 }, { do: 'wait' }],
  ['then their finders are driven again', { batchesMissing: 1, settledAtMs: 9_000 }, { do: 'drive-finders' }],
  [
    'but not for ever',
    { batchesMissing: 1, settledAtMs: 9_000, batchRounds: maxBatchRounds },
    { do: 'forget-missing' },
  ],
  ['then it exports', {}, { do: 'go', to: 'export' }],
  ['a dry run is done', { options: runOptionsSchema.parse({ dry_run: true }) }, { do: 'go', to: 'completed' }],
  ['an export is asked for', { step: 'export' }, { do: 'ask-export' }],
  ['and waited for', { step: 'export', exportAskedAtMs: 6_000 }, { do: 'wait' }],
  ['and asked for again when it is late', { step: 'export', exportAskedAtMs: 4_000 }, { do: 'ask-export' }],
])('%s', (_, more, expected) => {
  expect(nextMove({ ...quiet, ...more }, times, 10_000)).toEqual(expected)
})
