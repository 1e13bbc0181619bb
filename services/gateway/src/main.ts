import { join } from 'node:path'
import { openArtifactStore } from '@seine/artifacts'
import { brokerOf, connectBus, serviceParts } from '@seine/bus'
import { buckets, type ServiceReplica, schedulerRpc } from '@seine/contracts'
import { createLogger, readConfig, runMain, runService, shutdownSignal, systemClock } from '@seine/runtime'
import { startTelemetry } from '@seine/telemetry'
import { openAuth } from './auth/auth.ts'
import { makeAuthenticateUpgrade } from './auth/authenticate-upgrade.ts'
import { seeToFirstAdmin } from './auth/first-admin.ts'
import { makeNoteDeed } from './auth/note-deed.ts'
import { gatewayEnv } from './config.ts'
import { loadDashboard } from './dashboard/dashboard-files.ts'
import { makeCheckStorage } from './health/check-storage.ts'
import { makeHealthWatch } from './health/health-watch.ts'
import { makeApp } from './http/app.ts'
import { makeHttpServer } from './http/http-server.ts'
import { isLoopback } from './http/same-origin.ts'
import { makeLimitCaller } from './limits/limit-callers.ts'
import { makeRateLimiter } from './limits/rate-limiter.ts'
import { makeEventFeed } from './live/event-feed.ts'
import { makeEventsAfterDeps } from './live/events-after.ts'
import { makeLiveServer } from './live/live-server.ts'
import { makePresenceDesk } from './live/presence-desk.ts'
import { allRoutes } from './routes.ts'

await runMain('gateway', async () => {
  const config = readConfig(gatewayEnv, process.env)
  const log = createLogger('gateway', { level: config.LOG_LEVEL })
  const stop = shutdownSignal(log)
  const { metrics, shutdown: endTelemetry } = await startTelemetry('gateway', config)
  await using bus = await connectBus(brokerOf(config, 'gateway'), log)
  const store = await openArtifactStore(config, bus.nc)
  const feed = makeEventFeed(bus)
  const services = await bus.bucket<ServiceReplica>(buckets.services)
  const anyOf = (name: string) => async () => ((await services.list(`${name}.*`)).length > 0 ? null : `no ${name} runs`)
  const askScheduler = async () => {
    await bus.call(schedulerRpc.stats, {}, { timeoutMs: 1_000 })
    return null
  }
  const watch = makeHealthWatch(
    {
      broker: { check: bus.check, isVital: true },
      'broker-storage': { check: makeCheckStorage(() => services.list('gateway.*')), isVital: false },
      scheduler: { check: askScheduler, isVital: false },
      artifacts: { check: store.check, isVital: false },
      fetchers: { check: anyOf('fetcher'), isVital: false },
      exporters: { check: anyOf('exporter'), isVital: false },
    },
    systemClock,
  )
  const { GATEWAY_HOST: host, GATEWAY_PORT: port } = config
  const { PUBLIC_URL: publicOrigin, TRUSTED_PROXIES: trustedProxies } = config
  const auth = await openAuth(bus, {
    bootstrapKey: config.BOOTSTRAP_API_KEY,
    publicOrigin,
    noteDeed: makeNoteDeed({ call: bus.call, log }),
  })
  const { ADMIN_USER, ADMIN_PASSWORD, SETUP_TOKEN: setupToken } = config
  await seeToFirstAdmin(auth.setup, { user: ADMIN_USER, password: ADMIN_PASSWORD, setupToken }, log)
  const limiter = makeRateLimiter({
    bucket: await bus.bucket(buckets.rate_limits),
    clock: systemClock,
    nowMs: bus.nowMs,
    log,
  })
  const limit = makeLimitCaller(limiter, {
    session: config.RATE_LIMIT_SESSION,
    key: config.RATE_LIMIT_KEY,
    anonymous: config.RATE_LIMIT_ANONYMOUS,
  })
  const origins = { loopbackOnly: isLoopback(host), publicOrigin }
  const routes = allRoutes({ bus, store, feed, auth, health: watch.health })
  const dashboard = await loadDashboard(join(import.meta.dirname, '../dashboard/dist'))
  const answered = (operation: string, status: number, durationMs: number) => {
    metrics.count('seine_http_requests_total', { operation, status: String(status) })
    metrics.observe('seine_http_request_duration_seconds', { operation }, durationMs / 1_000)
  }
  metrics.beforeCollecting(() => metrics.set('seine_live_subscriptions', {}, feed.listeners))
  const app = makeApp({ routes, identify: auth.identify, limit, origins, trustedProxies, log, dashboard, answered })
  const nowMs = () => performance.now()
  const presence = makePresenceDesk({ bucket: await bus.bucket(buckets.presence), nowMs, log })
  const admission = { identify: auth.identify, origins, trustedProxies }
  const live = makeLiveServer({
    feed,
    events: makeEventsAfterDeps(bus, feed),
    presence,
    authenticate: makeAuthenticateUpgrade({ ...admission, limit }),
    recheck: makeAuthenticateUpgrade(admission),
    nowMs,
    log,
  })
  const { upgrade } = live
  await runService({
    name: 'gateway',
    log,
    health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    checks: { broker: bus.check },
    metrics: metrics.text,
    // Live connections are said good-bye to before the server that carries them waits for its last one.
    parts: [
      ...serviceParts(bus, log),
      watch.part,
      feed.part,
      presence.part,
      makeHttpServer({ fetch: app.fetch, upgrade, host, port, log }),
      live.part,
    ],
    stop,
    cleanup: [endTelemetry],
  })
})
