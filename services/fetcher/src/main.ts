import { brokerOf, connectBus, serviceParts } from '@seine/bus'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { createLogger, makeWorkDirs, readConfig, runMain, runService, shutdownSignal } from '@seine/runtime'
import { startTelemetry } from '@seine/telemetry'
import { checkProxies } from './check-proxies.ts'
import { configSchema, readHostOverrides, readPageLimits } from './config.ts'
import { makeDeliverPart } from './deliver-part.ts'
import { makeFetchPart } from './fetch-part.ts'
import { readProxyPools } from './proxies.ts'
import { makeLazyStore } from './stored/lazy-store.ts'

await runMain('fetcher', async () => {
  const config = readConfig(configSchema, process.env)
  const log = createLogger('fetcher', { level: config.LOG_LEVEL })
  const stop = shutdownSignal(log)
  const telemetry = await startTelemetry('fetcher', config)
  const pool = config.FETCH_POOL
  // Loaded where it is wanted alone: a third of a start, and 40 MB.
  const browsers = pool === 'browser' ? (await import('./browser/browsers.ts')).makeBrowsers(config, log) : null
  const bus = await connectBus(brokerOf(config, `fetcher-${pool}`), log)
  const proxyPools = readProxyPools(
    { datacenter: config.PROXIES_DATACENTER, residential: config.PROXIES_RESIDENTIAL },
    () => performance.now(),
  )
  const http = makeHttpClient({
    guard: makeAddressGuard({ allowedPrivate: config.ALLOWED_PRIVATE_NETWORKS }),
    hostOverrides: readHostOverrides(config.HOST_OVERRIDES),
    proxyPools,
  })
  await checkProxies(http, proxyPools, config.PROXY_CHECK_URL ?? null, log)
  const maxInFlight = browsers ? config.BROWSER_CONCURRENCY : config.FETCH_CONCURRENCY
  const pagesDir = await (await makeWorkDirs(config.PAGES_TMP_DIR, 'seine-pages')).open()
  const pages = { dir: pagesDir.path, limits: readPageLimits(config), openStore: makeLazyStore(config, bus.nc) }
  const { parts, flush } = await makeFetchPart({
    bus,
    http,
    pool,
    browsers,
    maxInFlight,
    pages,
    stop,
    log,
    metrics: telemetry.metrics,
  })

  await runService({
    name: 'fetcher',
    log,
    health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    checks: { nats: bus.check, ...(browsers && { browser: browsers.pool.check }) },
    metrics: telemetry.metrics.text,
    parts: [...serviceParts(bus, log), ...parts, makeDeliverPart({ bus, http })],
    stop,
    // Longer than the longest task: policy.timeouts.totalMs is at most 50 s.
    drainTimeoutMs: 55_000,
    cleanup: [
      flush,
      async () => browsers?.pool.close(),
      http.close,
      async () => pagesDir[Symbol.asyncDispose](),
      async () => bus[Symbol.asyncDispose](),
      telemetry.shutdown,
    ],
  })
})
