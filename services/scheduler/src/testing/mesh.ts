import { type Bus, connectBus, provision } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import {
  type RpcOutput,
  type Run,
  type RunOptions,
  runOptionsSchema,
  type SeineEvent,
  type SiteRun,
  schedulerRpc,
} from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { eventually, startNats } from '@seine/testkit'
import { type Config, readSchedulerConfig } from '../config.ts'
import { schedulerParts } from '../scheduler-parts.ts'
import { startDatabase } from './database.ts'

type LedgerRow = RpcOutput<typeof schedulerRpc.readLedger>['rows'][number]

/** A real broker and database, schedulers in this process, and whatever fakes a test adds. */
export async function startTestMesh(settings: Record<string, string> = {}) {
  const [nats, postgres] = await Promise.all([startNats(), startDatabase()])
  const bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const running: Part[] = []
  const buses: Bus[] = [bus]

  async function start(...parts: Part[]): Promise<void> {
    for (const part of parts) {
      await part.start((error) => {
        throw error
      })
      running.push(part)
    }
  }

  async function stop(...parts: Part[]): Promise<void> {
    await Promise.all(parts.map((part) => part.stop()))
    for (const part of parts) running.splice(running.indexOf(part), 1)
  }

  return {
    nats,
    bus,
    database: postgres.database,
    databaseUrl: postgres.url,
    start,
    stop,

    /** Kills the database and brings it back after `meanwhile`. */
    async restartDatabase(meanwhile: () => Promise<void>): Promise<void> {
      await postgres.server.kill()
      await meanwhile()
      await postgres.server.start()
    },

    async startScheduler(catalogue: Catalogue, more: Record<string, string> = {}): Promise<Part[]> {
      const own = await connectBus({ servers: nats.servers, name: 'scheduler' }, silentLogger)
      buses.push(own)
      const config: Config = readSchedulerConfig({
        DATABASE_URL: postgres.url,
        NATS_SERVERS: nats.servers.join(','),
        BULK_PROGRESS_POLL_INTERVAL: '100ms',
        ...settings,
        ...more,
      })
      const parts = await schedulerParts({
        bus: own,
        database: postgres.database,
        catalogue: Object.assign(async () => catalogue, { policies: async () => catalogue.policies }),
        config,
        log: silentLogger,
      })
      await start(...parts)
      return parts
    },

    async createRun(options: Partial<RunOptions> = {}, idempotencyKey?: string): Promise<Run> {
      const key = idempotencyKey === undefined ? {} : { idempotencyKey }
      return bus.call(schedulerRpc.createRun, {
        options: runOptionsSchema.parse(options),
        correlationId: 'test',
        ...key,
      })
    },

    getRun: (runId: string): Promise<Run> => bus.call(schedulerRpc.getRun, { runId }),

    async siteRuns(runId: string): Promise<SiteRun[]> {
      return (await bus.call(schedulerRpc.listSiteRuns, { runId, perPage: 500 })).sites
    },

    async ledger(runId: string, site: string): Promise<LedgerRow[]> {
      return (await bus.call(schedulerRpc.readLedger, { runId, site, limit: 2_000 })).rows
    },

    ended(runId: string, timeoutMs = 20_000): Promise<Run> {
      return eventually(
        async () => {
          const run = await bus.call(schedulerRpc.getRun, { runId })
          if (run.finishedAt === null) throw new Error(`the run is ${run.status}: ${JSON.stringify(run.counts)}`)
          return run
        },
        { timeoutMs },
      )
    },

    /** The run's events in the order of the log. */
    async events(runId: string): Promise<SeineEvent[]> {
      const events: SeineEvent[] = []
      for await (const message of bus.replay(`event.${runId}.>`, { stream: 'EVENTS' }))
        events.push(JSON.parse(new TextDecoder().decode(message.data)) as SeineEvent)
      return events
    },

    async close(): Promise<void> {
      await Promise.all(running.map((part) => part.stop()))
      for (const each of buses) await each[Symbol.asyncDispose]()
      await postgres.stop()
      await nats.stop()
    },
  }
}

export type TestMesh = Awaited<ReturnType<typeof startTestMesh>>
