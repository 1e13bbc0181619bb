export { type BackoffRequest, backoffMs } from './backoff.ts'
export { type BlockPage, maxBlockPageChars, recogniseBlockPage } from './block-pages.ts'
export { type BreakerSettings, type BreakerState, breakerDefaults, type CallKind } from './breaker.ts'
export { type AnswerStatus, classify, type FailureKind, refused, type Verdict } from './error-classes.ts'
export * from './host-clock.ts'
export {
  brokenStateBlockMs,
  type HostState,
  initialHostState,
  type LimiterState,
  longestWaitMs,
  maxAheadMs,
  maxClockSkewMs,
  readHostState,
} from './host-state.ts'
export { type HostView, viewHost } from './host-view.ts'
export { parseHttpDate } from './http-date.ts'
export type { PlaceRequest, Places } from './places.ts'
export { maxRetryAfterMs, parseRetryAfter } from './retry-after.ts'
export * from './robots.ts'
export { maxRobotsBytes, maxRobotsLineChars } from './robots-lines.ts'
export { type RobotsVerdict, robotsVerdictForStatus } from './robots-status.ts'
