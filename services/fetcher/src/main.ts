import { connectBus } from '@seine/bus'
import { buckets, fetchConsumerOf, fetchTask, type RunFlag } from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { createLogger, readConfig, runService, shutdownSignal, systemClock } from '@seine/runtime'
import { makeAsk, makeAskStream } from './ask.ts'
import { configSchema, readHostOverrides } from './config.ts'
import { makeFetchPage } from './fetch-page.ts'
import { makeFetchRobots } from './fetch-robots.ts'
import { makeFetchSitemap } from './fetch-sitemap.ts'
import { makeHandleTask } from './handle-task.ts'
import { makeHostGate } from './host-gate.ts'
import { makePlans } from './plans.ts'
import { makeRobotsOf } from './robots-of.ts'
import { watchRunFlags } from './run-flags.ts'

const config = readConfig(configSchema, process.env)
const log = createLogger('fetcher', { level: config.LOG_LEVEL })
const stop = shutdownSignal(log)
const bus = await connectBus(
  {
    servers: config.NATS_SERVERS,
    user: config.NATS_USER,
    password: config.NATS_PASSWORD,
    name: `fetcher-${config.FETCH_POOL}`,
  },
  log,
)
const guard = makeAddressGuard({ allowedPrivate: config.ALLOWED_PRIVATE_NETWORKS })
const http = makeHttpClient({ guard, hostOverrides: readHostOverrides(config.HOST_OVERRIDES) })

const { nowMs } = bus
const random = Math.random
const gate = makeHostGate({ bucket: await bus.bucket(buckets.hosts), nowMs, clock: systemClock, log })
const ask = makeAsk({ http, gate, nowMs, random })
const askStream = makeAskStream({ http, gate, nowMs, random })
const robotsOf = makeRobotsOf({ bucket: await bus.bucket(buckets.robots), ask, nowMs })
const flags = await watchRunFlags(await bus.bucket<RunFlag>(buckets.runs), stop)
const handleTask = makeHandleTask({
  plans: await makePlans(await bus.bucket(buckets.plans), stop),
  flagOf: flags.of,
  handlers: {
    robots: makeFetchRobots({ ask, robotsOf, bus }),
    sitemap: makeFetchSitemap({ askStream, robotsOf, nowMs, random, bus }),
    page: makeFetchPage({ ask, robotsOf, nowMs, bus }),
  },
  bus,
  random,
  log,
})

await runService({
  name: 'fetcher',
  log,
  health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
  checks: { nats: bus.check },
  parts: [
    bus.pull(fetchConsumerOf(config.FETCH_POOL), fetchTask, handleTask, {
      maxInFlight: config.FETCH_CONCURRENCY,
    }),
  ],
  stop,
  // Longer than the longest task: policy.timeouts.totalMs is at most 50 s.
  drainTimeoutMs: 55_000,
  cleanup: [gate.flush, http.close, async () => bus[Symbol.asyncDispose]()],
})
