import type { Bus } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import { type RunFlag, schedulerRpc } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import type { Doer } from '../audit/record-audit.ts'
import type { Config } from '../config.ts'
import type { Postgres } from '../database/postgres.ts'
import { makeReadHistory } from '../history/read-history.ts'
import { makeCancelRun } from './cancel-run.ts'
import { makeCreateRun } from './create-run.ts'
import { makeListFiles } from './list-files.ts'
import { makePauseRun } from './pause-run.ts'
import { makePlanRun } from './plan-run.ts'
import { makeReadLedger } from './read-ledger.ts'
import { makeReadRuns } from './read-runs.ts'
import { makeReadStats } from './read-stats.ts'
import { makeReextractRun } from './reextract-run.ts'
import { makeResumeRun } from './resume-run.ts'
import { makeRetryRun } from './retry-run.ts'

/** Answers everything that can be asked of the scheduler. `changed` is called when a run has something new to do. */
export function serveRpc(deps: {
  bus: Bus
  database: Postgres
  catalogue: () => Promise<Catalogue>
  putFlag: (runId: string, flag: RunFlag) => Promise<void>
  config: Config
  changed: () => void
}): Part[] {
  const { bus, database, config } = deps
  const nowMs = () => bus.nowMs()
  const reads = makeReadRuns(database)
  const writing = { database, nowMs, readRun: reads.getRun }
  const createRun = makeCreateRun({
    ...writing,
    catalogue: deps.catalogue,
    enabled: config.BULK_RUN_ENABLED,
    maxConcurrency: config.BULK_MAX_CONCURRENCY,
  })
  const tell = (flag: 'cancelled' | 'paused') => async (runId: string) => {
    await deps.putFlag(runId, flag)
    await database.query('update bulk_jobs set flag = $2 where id = $1 and status = $2', [runId, flag])
  }
  const cancelRun = makeCancelRun({ ...writing, tellCancelled: tell('cancelled') })
  const pauseRun = makePauseRun({ ...writing, tellPaused: tell('paused') })
  const planRun = makePlanRun({ database, catalogue: deps.catalogue, maxConcurrency: config.BULK_MAX_CONCURRENCY })
  const resumeRun = makeResumeRun(writing)
  const history = makeReadHistory(database)
  const retryRun = makeRetryRun(writing)
  const reextractRun = makeReextractRun({ ...writing, catalogue: deps.catalogue })

  const thenTick =
    <A, B>(work: (request: A, doer: Doer) => Promise<B>) =>
    async (request: A, doer: Doer): Promise<B> => {
      const answer = await work(request, doer)
      deps.changed()
      return answer
    }

  return [
    bus.serve(
      schedulerRpc.createRun,
      thenTick((request, doer) => createRun(request, undefined, doer)),
    ),
    bus.serve(schedulerRpc.planRun, planRun),
    bus.serve(schedulerRpc.getRun, ({ runId }) => reads.getRun(runId)),
    bus.serve(schedulerRpc.listRuns, reads.listRuns),
    bus.serve(schedulerRpc.listSiteRuns, reads.listSiteRuns),
    bus.serve(schedulerRpc.cancelRun, thenTick(cancelRun)),
    bus.serve(schedulerRpc.pauseRun, thenTick(pauseRun)),
    bus.serve(schedulerRpc.resumeRun, thenTick(resumeRun)),
    bus.serve(schedulerRpc.retryRun, thenTick(retryRun)),
    bus.serve(schedulerRpc.reextractRun, thenTick(reextractRun)),
    bus.serve(schedulerRpc.listFiles, makeListFiles(database)),
    bus.serve(schedulerRpc.readHistory, history.history),
    bus.serve(schedulerRpc.readPrices, history.prices),
    bus.serve(schedulerRpc.readLedger, makeReadLedger(database)),
    bus.serve(schedulerRpc.stats, makeReadStats(database)),
  ]
}
