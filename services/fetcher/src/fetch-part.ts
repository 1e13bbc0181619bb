import type { ArtifactStore } from '@seine/artifacts'
import { type Bus, publishEvent } from '@seine/bus'
import {
  buckets,
  fetchConsumerOf,
  fetcherRpc,
  fetchTask,
  type Pool,
  type RunFlag,
  type SiteRunFlag,
} from '@seine/contracts'
import type { HttpClient } from '@seine/net'
import type { HostView } from '@seine/politeness'
import { type Logger, type Part, systemClock } from '@seine/runtime'
import type { Metrics } from '@seine/telemetry'
import { makeAsk, makeAskStream } from './ask.ts'
import type { Browsers } from './browser/browsers.ts'
import { makeFetchRenderedPage } from './browser/fetch-rendered-page.ts'
import { makeFetchMeter } from './fetch-meter.ts'
import { makeFetchPage } from './fetch-page.ts'
import { makeFetchRobots } from './fetch-robots.ts'
import { makeFetchSitemap } from './fetch-sitemap.ts'
import { makeHandleTask } from './handle-task.ts'
import { hostEvents } from './host-events.ts'
import { makeHostGate } from './host-gate.ts'
import type { RunRef } from './host-queues.ts'
import { makePlans } from './plans.ts'
import { makeProbe } from './probe.ts'
import { makeRobotsOf } from './robots-of.ts'
import { watchRunFlags } from './run-flags.ts'
import { makePageFiles, type PageFileLimits } from './stored/page-files.ts'

/** A pool's work, wired: what `main.ts` runs. `flush` writes what hosts' clocks still have to be told, and the pages that are not in the store yet. */
export async function makeFetchPart(deps: {
  bus: Bus
  http: HttpClient
  pool: Pool
  /** What renders pages. Null: nothing does, pages are read as they are sent. */
  browsers: Browsers | null
  maxInFlight: number
  /** Where pages go of sites that store them. */
  pages: { dir: string; limits: PageFileLimits; openStore: () => Promise<Pick<ArtifactStore, 'put'>> }
  /** Absent: nothing is counted. */
  metrics?: Metrics
  /** Ends the watches. */
  stop: AbortSignal
  log: Logger
}): Promise<{ parts: Part[]; flush: () => Promise<void> }> {
  const { bus, http, browsers, log, stop } = deps
  const { nowMs } = bus
  const random = Math.random
  const meter = deps.metrics === undefined ? undefined : makeFetchMeter(deps.metrics)
  const [hosts, robots, plans, runs] = await Promise.all([
    bus.bucket<unknown>(buckets.hosts),
    bus.bucket<unknown>(buckets.robots),
    bus.bucket<unknown>(buckets.plans),
    bus.bucket<RunFlag>(buckets.runs),
  ])
  const gate = makeHostGate({ bucket: hosts, nowMs, clock: systemClock, log, onChange: tellHostEvents })
  const ask = makeAsk({ http, gate, nowMs, random, meter })
  const askStream = makeAskStream({ http, gate, nowMs, random, meter })
  const robotsOf = makeRobotsOf({ bucket: robots, ask, nowMs })
  const flags = await watchRunFlags(runs, stop)
  const pageFiles = makePageFiles({
    ...deps.pages,
    upload: async (path, file) => (await deps.pages.openStore()).put(path, { file }),
    clock: systemClock,
    nowMs,
    log,
  })
  const siteRuns = await bus.bucket<SiteRunFlag>(buckets.runs)
  await siteRuns.watch('*.*', (siteRun, flag) => flag === 'fetched' && pageFiles.finish(siteRun), stop)
  const handleTask = makeHandleTask({
    plans: await makePlans(plans, stop),
    flagOf: flags.of,
    handlers: {
      robots: makeFetchRobots({ ask, robotsOf, bus }),
      sitemap: makeFetchSitemap({ askStream, robotsOf, nowMs, random, bus }),
      page: browsers
        ? makeFetchRenderedPage({ http, gate, nowMs, random, robotsOf, bus, pageFiles, browsers, log })
        : makeFetchPage({ ask, robotsOf, nowMs, bus, pageFiles }),
    },
    bus,
    random,
    meter,
    log,
  })
  const work = bus.pull(fetchConsumerOf(deps.pool), fetchTask, handleTask, { maxInFlight: deps.maxInFlight })
  const probe = bus.serve(fetcherRpc.probe, makeProbe({ ask, robotsOf, nowMs, sleep: systemClock.sleep }))
  return {
    parts: [work, probe, pageFiles.part],
    async flush() {
      await gate.flush()
      await pageFiles.close()
    },
  }

  function tellHostEvents(host: string, before: HostView, after: HostView, run: RunRef | null): void {
    if (run === null) return
    for (const event of hostEvents(host, before, after)) {
      meter?.hostEvent(event.type)
      log.info(event.type, event.data)
      const about = { jobId: run.runId, site: run.site, step: null, level: 'warn' as const }
      publishEvent(bus, { ...about, ...event }).catch((error: unknown) => log.warn('event not published', { error }))
    }
  }
}
