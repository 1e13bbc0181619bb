export type { AccessClient, ApiKey, Role, User, WhoAmI } from './access.ts'
export { ApiFailure, Unreachable } from './api-failure.ts'
export type { AuditRequest, PolicyDetail, PolicySummary, SiteHost, SiteInput, SitesRequest } from './catalogue.ts'
export { type Client, type ClientOptions, makeClient } from './client.ts'
export {
  connectLive,
  type Live,
  type LiveError,
  type LiveEvent,
  type LiveOptions,
  type LiveSocket,
  type LiveState,
  type Presence,
  type PresenceOptions,
  type SubscribeOptions,
} from './live.ts'
export type { Health, RetentionReport, Stats, ToldError } from './operations.ts'
export type { ChangeCounts, ChangesRequest, PageDetail, PageIssue, PagesClient, PagesRequest } from './pages.ts'
export type { RunEvent, RunEventsOptions } from './run-events.ts'
export type {
  Downloadable,
  EventPage,
  EventsRequest,
  ManifestFile,
  RunDetail,
  RunManifest,
  RunsRequest,
} from './runs.ts'
export type { ScheduleInput } from './schedules.ts'
export type { PageHistoryEntry, PagePrice } from './sites.ts'
export type { Download, Page, PageRequest } from './transport.ts'
export type { WebhookInput } from './webhooks.ts'
