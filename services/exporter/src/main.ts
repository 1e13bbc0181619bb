import { openArtifactStore } from '@seine/artifacts'
import { brokerOf, connectBus, serviceParts } from '@seine/bus'
import { createLogger, readConfig, runMain, runService, shutdownSignal, systemClock } from '@seine/runtime'
import { startTelemetry } from '@seine/telemetry'
import { configSchema } from './config.ts'
import { makeExportArchive } from './export-archive.ts'
import { makeExportDiff } from './export-diff.ts'
import { makeExportPart } from './export-part.ts'
import { makeExportSite } from './export-site.ts'
import { makeRemovePart } from './remove-part.ts'
import { makeExportSinks } from './sinks/export-sinks.ts'
import { openSinks } from './sinks/open-sinks.ts'
import { whileBlocked } from './while-blocked.ts'
import { makeWorkDirs } from './work-dirs.ts'

await runMain('exporter', async () => {
  const config = readConfig(configSchema, process.env)
  const log = createLogger('exporter', { level: config.LOG_LEVEL })
  const stop = shutdownSignal(log)
  const telemetry = await startTelemetry('exporter', config)
  const bus = await connectBus(brokerOf(config, 'exporter'), log)
  const workDirs = await makeWorkDirs(config.EXPORT_TMP_DIR)
  const spool = await workDirs.open()
  const store = await openArtifactStore(config, bus.nc, { spoolDir: spool.path })
  const deps = {
    bus,
    store,
    workDirs,
    sortMemoryBytes: config.EXPORT_SORT_MEMORY_MB * 1024 ** 2,
    maxFileWaitMs: config.EXPORT_PAGES_WAIT,
    log,
  }
  /** The same work, done again where a disk is full or the store away. */
  const withPatience =
    <Work, Answer>(work: (work: Work, signal: AbortSignal) => Promise<Answer>) =>
    (asked: Work, signal: AbortSignal): Promise<Answer> =>
      whileBlocked(() => work(asked, signal), { workFolder: config.EXPORT_TMP_DIR, clock: systemClock, signal, log })
  const sinks = await openSinks(config, { store, spoolDir: spool.path, nowMs: () => bus.nowMs() })
  const part = makeExportPart({
    bus,
    exportSite: withPatience(makeExportSite(deps)),
    exportArchive: withPatience(makeExportArchive({ ...deps, partBytes: config.ARCHIVE_PART_BYTES })),
    exportDiff: withPatience(makeExportDiff(deps)),
    exportSinks: sinks.length === 0 ? undefined : makeExportSinks({ ...deps, sinks, clock: systemClock }),
    concurrency: config.EXPORT_CONCURRENCY,
    metrics: telemetry.metrics,
    log,
  })

  await runService({
    name: 'exporter',
    log,
    health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    checks: { nats: bus.check, artifacts: store.check },
    metrics: telemetry.metrics.text,
    parts: [...serviceParts(bus, log), part, makeRemovePart({ bus, store, log })],
    stop,
    cleanup: [async () => spool[Symbol.asyncDispose](), async () => bus[Symbol.asyncDispose](), telemetry.shutdown],
  })
})
