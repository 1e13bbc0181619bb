import { type AccessClient, accessClient } from './access.ts'
import { type CatalogueClient, catalogueClient } from './catalogue.ts'
import { type DiffsClient, diffsClient } from './diffs.ts'
import { type OperationsClient, operationsClient } from './operations.ts'
import { type PagesClient, pagesClient } from './pages.ts'
import { type RunsClient, runsClient } from './runs.ts'
import { type SchedulesClient, schedulesClient } from './schedules.ts'
import { type SitesClient, sitesClient } from './sites.ts'
import { makeTransport, sleepOn, type TransportOptions } from './transport.ts'
import { type WebhooksClient, webhooksClient } from './webhooks.ts'

/** Everything the gateway's API does. Every call throws ApiFailure where it refuses and Unreachable where it is not there. */
export interface Client
  extends RunsClient,
    DiffsClient,
    CatalogueClient,
    SitesClient,
    PagesClient,
    OperationsClient,
    AccessClient,
    SchedulesClient,
    WebhooksClient {
  readonly baseUrl: string
}

export interface ClientOptions extends TransportOptions {
  readonly nowMs?: () => number
}

/** A client of the gateway. Runs in Node and in browsers. */
export function makeClient(options: ClientOptions): Client {
  const { sleep = sleepOn, nowMs = Date.now } = options
  const transport = makeTransport(options)
  return {
    baseUrl: transport.baseUrl,
    ...runsClient(transport, { sleep, nowMs }),
    ...diffsClient(transport),
    ...catalogueClient(transport),
    ...sitesClient(transport),
    ...pagesClient(transport),
    ...operationsClient(transport),
    ...schedulesClient(transport),
    ...webhooksClient(transport),
    ...accessClient(transport),
  }
}
