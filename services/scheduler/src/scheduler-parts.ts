import type { Bus } from '@seine/bus'
import {
  buckets,
  consumers,
  eventMessage,
  exportArchive,
  exportResult,
  exportSite,
  pageChanges,
  planKey,
  type RobotsEntry,
  type RunFlag,
  removeArtifacts,
  type SeineEvent,
  type SitePlan,
  schedulerRpc,
} from '@seine/contracts'
import { type Logger, type Part, systemClock } from '@seine/runtime'
import { type Metrics, traceIdOf } from '@seine/telemetry'
import { makeForgetAudit } from './audit/forget-audit.ts'
import { serveAudit } from './audit/serve-audit.ts'
import type { CatalogueSource } from './catalogue/catalogue.ts'
import { makeLookAtFiles } from './catalogue/look-at-files.ts'
import { serveSites } from './catalogue/serve-sites.ts'
import type { Config } from './config.ts'
import { enterOrDrop } from './database/enter-or-drop.ts'
import type { Postgres } from './database/postgres.ts'
import { diffParts } from './diffs/diff-parts.ts'
import { discoveredBatch, makeConsumeBatches } from './discovery/consume-batches.ts'
import { makeEnterBatches } from './discovery/enter-batches.ts'
import { serveErrors } from './errors/serve-errors.ts'
import { makePublishOutbox } from './events/publish-outbox.ts'
import { makeClaim } from './frontier/claim.ts'
import { makeDispatch, publishTask } from './frontier/dispatch.ts'
import { makeLeaseCare } from './frontier/leases.ts'
import { rearmHosts } from './frontier/wake-hosts.ts'
import { makeApplyChanges } from './history/apply-changes.ts'
import { makeForgetChanges } from './history/forget-changes.ts'
import { serveHosts } from './hosts/serve-hosts.ts'
import { makeAdvanceSite } from './lifecycle/advance-site.ts'
import { makeApplyExportResult } from './lifecycle/apply-export-result.ts'
import { makeExportAsker } from './lifecycle/ask-export.ts'
import { makeDiscoveryBacklog } from './lifecycle/discovery-backlog.ts'
import { makeSettleRender } from './lifecycle/settle-render.ts'
import { makeStartSite } from './lifecycle/start-site.ts'
import { makeTick } from './lifecycle/tick.ts'
import { makeLoop } from './loop.ts'
import { type Applied, makeApplyOutcomes } from './outcomes/apply-outcomes.ts'
import { makeConsumeOutcomes, outcomeBatch } from './outcomes/consume-outcomes.ts'
import { servePages } from './pages/serve-pages.ts'
import { makeReportProgress } from './progress/report-progress.ts'
import { makeRetention } from './retention/retention.ts'
import { makeReadStats } from './runs/read-stats.ts'
import { serveRpc } from './runs/serve-rpc.ts'
import { scheduleParts } from './schedules/schedule-parts.ts'
import { makeRunTraces } from './telemetry/run-traces.ts'
import { makeSchedulerMeter } from './telemetry/scheduler-meter.ts'
import { webhookParts } from './webhooks/webhook-parts.ts'

const tickEveryMs = 300
const dispatchEveryMs = 100
const leaseCareEveryMs = 1_000
const rearmEveryMs = 5_000
const filesEveryMs = 2_000
const outboxEveryMs = 250
const retentionEveryMs = 10 * 60_000
const forgetEveryMs = 60 * 60_000
/** Export results are few and each moves one site run. */
const exportResultsAtOnce = 8
/** Batches of one site run wait for each other. */
const changeBatchesAtOnce = 4

/** Puts the scheduler together: who wakes whom. */
export async function schedulerParts(deps: {
  bus: Bus
  database: Postgres
  catalogue: CatalogueSource
  config: Config
  /** Absent: nothing is counted. */
  metrics?: Metrics
  log: Logger
}): Promise<Part[]> {
  const { bus, database, config, log } = deps
  const nowMs = () => bus.nowMs()
  const plans = await bus.bucket<SitePlan>(buckets.plans)
  const flags = await bus.bucket<RunFlag>(buckets.runs)
  const putFlag = async (runId: string, flag: RunFlag) => void (await flags.put(runId, flag))
  const traces = makeRunTraces(database)
  const readStats = makeReadStats(database)
  const meter = deps.metrics === undefined ? undefined : makeSchedulerMeter({ metrics: deps.metrics, bus, readStats })
  const publishEvent = async (event: SeineEvent, correlationId: string | undefined) => {
    const traceParent = await traces.of(event.job_id)
    const traced = traceParent === undefined ? event : { ...event, trace_id: traceIdOf(traceParent) }
    await bus.publish(eventMessage, traced, { correlationId, traceParent })
    meter?.told(event)
  }
  const aboutRun = async ({ runId, correlationId }: { runId: string; correlationId: string }) => ({
    correlationId,
    traceParent: await traces.of(runId),
  })
  const settings = { maxUrlsPerSite: config.MAX_URLS_PER_SITE, freshForMs: config.FRESH_FOR }
  const times = { batchWaitMs: config.BATCH_WAIT, exportDeadlineMs: config.EXPORT_DEADLINE }
  const loop = (name: string, everyMs: number, round: () => Promise<'more' | 'idle'>) =>
    makeLoop({ name, everyMs, round, clock: systemClock, log })

  const dispatch = loop(
    'dispatch',
    dispatchEveryMs,
    makeDispatch({
      claim: makeClaim(database, config.LEASE_MS),
      publish: publishTask(bus, traces),
      database,
      nowMs,
      log,
    }),
  )
  const leases = loop(
    'leases',
    leaseCareEveryMs,
    makeLeaseCare({ database, leaseMs: config.LEASE_MS, pendingOn: (s) => bus.pendingOn('TASKS', s), nowMs, log }),
  )
  const rearm = loop('rearm hosts', rearmEveryMs, async () => {
    await rearmHosts(database, nowMs())
    return 'idle'
  })
  const sendOutbox = makePublishOutbox(database, publishEvent, log)
  const outbox = loop('outbox', outboxEveryMs, async () => ((await sendOutbox()) > 0 ? 'more' : 'idle'))
  const tick = loop(
    'tick',
    tickEveryMs,
    makeTick({
      database,
      startSite: makeStartSite({
        database,
        settings,
        putPlan: async (plan) => void (await plans.put(planKey(plan.runId, plan.site.name), plan)),
        log,
      }),
      settleRender: makeSettleRender({
        database,
        browsersThere: () => bus.isAttended(consumers.fetchBrowser),
        maxWaitMs: config.BROWSER_WAIT,
        log,
      }),
      advanceSite: makeAdvanceSite({
        database,
        settings,
        times,
        isBehind: makeDiscoveryBacklog(() => bus.lagOf(consumers.discovered)),
        log,
      }),
      ask: makeExportAsker({
        database,
        pendingOn: (subject) => bus.pendingOn('EXPORTS', subject),
        publishSite: async (m) => bus.publish(exportSite, m, await aboutRun(m)),
        publishArchive: async (m) => bus.publish(exportArchive, m, await aboutRun(m)),
      }),
      putFlag,
      times,
      nowMs,
      log,
    }),
  )
  const progress = loop(
    'progress',
    config.BULK_PROGRESS_POLL_INTERVAL,
    makeReportProgress({ database, publish: publishEvent, nowMs }),
  )

  const applied = ({ settled }: Applied) => {
    dispatch.wake()
    if (settled) tick.wake()
  }
  const applyToLedger = makeApplyOutcomes(database)
  const applyOutcomes: typeof applyToLedger = async (received, nowMs) => {
    const entered = await applyToLedger(received, nowMs)
    meter?.entered(received)
    return entered
  }
  const outcomes = bus.pullBatch(
    consumers.outcomes,
    makeConsumeOutcomes({ apply: applyOutcomes, applied, nowMs, log }),
    outcomeBatch,
  )
  const discovered = bus.pullBatch(
    consumers.discovered,
    makeConsumeBatches({ enter: makeEnterBatches(database, settings), entered: dispatch.wake, nowMs, log }),
    discoveredBatch,
  )
  const applyExportResult = makeApplyExportResult(database, log)
  const exportResults = bus.pull(
    consumers.exportResults,
    exportResult,
    enterOrDrop(async (result) => {
      await applyExportResult(result, nowMs())
      tick.wake()
    }),
    { maxInFlight: exportResultsAtOnce },
  )

  const applyChanges = makeApplyChanges(database)
  const pageHistory = bus.pull(consumers.changes, pageChanges, enterOrDrop(applyChanges), {
    maxInFlight: changeBatchesAtOnce,
  })

  const retention = makeRetention({
    database,
    defaults: { runs: config.RETAIN_RUNS || null, days: config.RETAIN_DAYS || null },
    graceMs: config.RETENTION_GRACE,
    publishRemoval: (message) => bus.publish(removeArtifacts, message),
    nowMs,
    log,
  })
  const files = loop('catalogue files', filesEveryMs, makeLookAtFiles({ catalogue: deps.catalogue, log }))
  const forgetAudit = loop('audit', forgetEveryMs, makeForgetAudit({ database, nowMs, log }))
  const keptDays = config.HISTORY_DAYS
  const forgetChanges = loop('history', forgetEveryMs, makeForgetChanges({ database, keptDays, nowMs, log }))
  const retaining = loop('retention', retentionEveryMs, retention.round)

  const changed = () => {
    tick.wake()
    outbox.wake()
  }
  return [
    ...serveSites({ bus, database, catalogue: deps.catalogue }),
    ...serveAudit({ bus, database }),
    ...serveHosts({
      bus,
      hosts: await bus.bucket<unknown>(buckets.hosts),
      robots: await bus.bucket<RobotsEntry>(buckets.robots),
      policies: deps.catalogue.policies,
      database,
      log,
    }),
    bus.serve(schedulerRpc.retain, async (request) => {
      const report = await retention.report(request)
      if (!request.dryRun) {
        outbox.wake()
        retaining.wake()
      }
      return report
    }),
    ...scheduleParts({ bus, database, catalogue: deps.catalogue, config, loop, started: changed, log }),
    ...webhookParts({ bus, database, config, loop, log }),
    ...diffParts({ bus, database, deadlineMs: config.EXPORT_DEADLINE, log }),
    ...serveErrors({ bus, database }),
    ...serveRpc({ bus, database, catalogue: deps.catalogue, putFlag, config, changed }),
    outcomes,
    discovered,
    exportResults,
    pageHistory,
    ...servePages({ bus, database }),
    dispatch,
    leases,
    rearm,
    tick,
    progress,
    retaining,
    files,
    forgetAudit,
    forgetChanges,
    outbox,
  ]
}
