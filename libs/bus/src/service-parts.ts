import { type Part, type RootLogger, systemClock, version } from '@seine/runtime'
import { announceReplica } from './announce-replica.ts'
import type { Bus } from './bus.ts'
import { makeErrorReports } from './report-errors.ts'

/** What every service does besides its work: says that it is there, and reports its unexpected errors. */
export function serviceParts(bus: Bus, log: RootLogger): Part[] {
  const clock = systemClock
  return [announceReplica({ bus, name: log.service, version, clock, log }), makeErrorReports({ bus, log, clock })]
}
