export { ApiFailure, Unreachable } from './api-failure.ts'
export {
  type Client,
  type ClientOptions,
  type Download,
  type Health,
  makeClient,
  type Page,
  type PageHistoryEntry,
  type PagePrice,
  type PageRequest,
  type RetentionReport,
  type RunDetail,
} from './client.ts'
export type { RunEvent, RunEventsOptions } from './run-events.ts'
