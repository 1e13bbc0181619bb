import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { version } from '@seine/runtime'
import { auditRoute } from './audit/audit-route.ts'
import type { Auth } from './auth/auth.ts'
import { authRoutes } from './auth/auth-routes.ts'
import { diffRoutes } from './diffs/diff-routes.ts'
import { docsRoutes } from './docs/docs-routes.ts'
import { errorRoutes } from './errors/error-routes.ts'
import { healthRoutes } from './health/health-routes.ts'
import type { Health } from './health/health-watch.ts'
import { hostRoutes } from './hosts/host-routes.ts'
import { openApiOf } from './http/openapi.ts'
import type { AnyRoute } from './http/route.ts'
import type { EventFeed } from './live/event-feed.ts'
import { makeEventsAfterDeps } from './live/events-after.ts'
import { changeRoutes } from './pages/change-routes.ts'
import { pageRoutes } from './pages/page-routes.ts'
import { policyRoutes } from './policies/policy-routes.ts'
import { artifactRoutes } from './runs/artifact-routes.ts'
import { retentionRoute } from './runs/retention-route.ts'
import { runCourseRoutes } from './runs/run-course-routes.ts'
import { runEventsRoute } from './runs/run-events-route.ts'
import { runRoutes } from './runs/run-routes.ts'
import { streamRoutes } from './runs/stream-route.ts'
import { scheduleRoutes } from './schedules/schedule-routes.ts'
import { catalogueRoutes } from './sites/catalogue-routes.ts'
import { importRoute } from './sites/import-route.ts'
import { siteRoutes } from './sites/site-routes.ts'
import { testFetchRoute } from './sites/test-fetch-route.ts'
import { statsRoute } from './stats/stats-route.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'

/** Every operation of the API: the app and the OpenAPI document are made from this table. */
export function allRoutes(deps: {
  bus: Pick<Bus, 'call' | 'replay' | 'publish' | 'nowMs' | 'jsm' | 'nc' | 'bucket'>
  store: Pick<ArtifactStore, 'open' | 'stat'>
  feed: EventFeed
  auth: Auth
  health: () => Health
}): AnyRoute[] {
  const { bus, store, feed, auth, health } = deps
  const routes: AnyRoute[] = [
    ...runRoutes(bus),
    ...runCourseRoutes(bus),
    runEventsRoute(bus),
    ...streamRoutes({ bus, feed, events: makeEventsAfterDeps(bus, feed) }),
    ...artifactRoutes({ bus, store }),
    ...diffRoutes({ bus, store }),
    ...catalogueRoutes(bus),
    importRoute(bus),
    testFetchRoute(bus),
    ...siteRoutes(bus),
    ...pageRoutes({ bus, store }),
    ...changeRoutes(bus),
    ...policyRoutes(bus),
    auditRoute(bus),
    ...hostRoutes(bus),
    retentionRoute(bus),
    ...scheduleRoutes(bus),
    ...webhookRoutes(bus),
    ...authRoutes(auth),
    ...errorRoutes(bus),
    statsRoute(bus),
    ...healthRoutes(health),
  ]
  const documented = docsRoutes(() => openApiOf([...routes, ...documented], version))
  return [...routes, ...documented]
}
