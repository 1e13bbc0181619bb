import type { SampleHost } from '../host.ts'
import { bodyFaults } from './bodies.ts'
import { connectionFaults } from './connections.ts'
import { healthyHosts } from './healthy.ts'
import { mazes } from './mazes.ts'
import { refusals } from './refusals.ts'
import { sourceFaults } from './sources.ts'

export { healthyNames, healthyPages } from './healthy.ts'
export { startUnreachablePort } from './unreachable.ts'

/** Everything that a host can do to a fetcher, and hosts that do nothing of it. */
export const faultHosts = (): readonly SampleHost[] => [
  ...connectionFaults(),
  ...refusals(),
  ...bodyFaults(),
  ...mazes(),
  ...sourceFaults(),
  ...healthyHosts(),
]
