import { type Bus, done } from '@seine/bus'
import { consumers, diffResult, exportDiff, schedulerRpc } from '@seine/contracts'
import { type Logger, type Part, systemClock } from '@seine/runtime'
import type { Database } from '../database/sql.ts'
import { makeLoop } from '../loop.ts'
import { makeApplyDiffResult } from './apply-diff-result.ts'
import { makeAskDiffs } from './ask-diffs.ts'
import { makeCreateDiff } from './create-diff.ts'
import { makeReadDiffs } from './read-diffs.ts'

const askEveryMs = 2_000
/** Each settles one row. */
const resultsAtOnce = 8

/** Comparisons of two chosen runs: asked for, worked on by exporters, answered. */
export function diffParts(deps: { bus: Bus; database: Database; deadlineMs: number; log: Logger }): Part[] {
  const { bus, database, deadlineMs, log } = deps
  const nowMs = () => bus.nowMs()
  const reads = makeReadDiffs(database)
  const createDiff = makeCreateDiff({ database, nowMs, readDiff: reads.get })
  const asking = makeLoop({
    name: 'ask for comparisons',
    everyMs: askEveryMs,
    round: makeAskDiffs({
      database,
      pendingOn: (subject) => bus.pendingOn('EXPORTS', subject),
      publish: (work) => bus.publish(exportDiff, work, { correlationId: work.correlationId }),
      deadlineMs,
      nowMs,
    }),
    clock: systemClock,
    log,
  })
  const apply = makeApplyDiffResult(database)
  const results = bus.pull(
    consumers.diffs,
    diffResult,
    async (result) => {
      await apply(result)
      asking.wake()
      return done()
    },
    { maxInFlight: resultsAtOnce },
  )
  return [
    bus.serve(schedulerRpc.createDiff, async (request) => {
      const diff = await createDiff(request)
      asking.wake()
      return diff
    }),
    bus.serve(schedulerRpc.getDiff, reads.get),
    bus.serve(schedulerRpc.listDiffSites, reads.sites),
    asking,
    results,
  ]
}
