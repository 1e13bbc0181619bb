import type { Bus } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import type { Logger, Part } from '@seine/runtime'
import type { Config } from '../config.ts'
import type { Postgres } from '../database/postgres.ts'
import type { Loop } from '../loop.ts'
import { makeCreateRun } from '../runs/create-run.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { serveSchedules } from './serve-schedules.ts'
import { makeStartDue } from './start-due.ts'

const lookEveryMs = 1_000

/** Schedules, wired: their clockwork and the answers about them. `started`: runs were created. */
export function scheduleParts(deps: {
  bus: Bus
  database: Postgres
  catalogue: () => Promise<Catalogue>
  config: Config
  loop: (name: string, everyMs: number, round: () => Promise<'more' | 'idle'>) => Loop
  started: () => void
  log: Logger
}): Part[] {
  const { bus, database, catalogue, config, started, log } = deps
  const nowMs = () => bus.nowMs()
  const createRun = makeCreateRun({
    database,
    catalogue,
    enabled: config.BULK_RUN_ENABLED,
    maxConcurrency: config.BULK_MAX_CONCURRENCY,
    nowMs,
    readRun: makeReadRuns(database).getRun,
  })
  const startDue = deps.loop('schedules', lookEveryMs, makeStartDue({ database, createRun, nowMs, started, log }))
  const changed = () => {
    startDue.wake()
    started()
  }
  return [...serveSchedules({ bus, database, createRun, changed }), startDue]
}
