import { randomUUID } from 'node:crypto'
import {
  newId,
  type Outcome,
  type Policy,
  policySchema,
  type RunOptions,
  runOptionsSchema,
  type Site,
  siteSchema,
} from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startPostgres } from '@seine/testkit'
import type { Catalogue } from '../catalogue/read-catalogue.ts'
import { migrate } from '../database/migrate.ts'
import { connectPostgres, type Postgres } from '../database/postgres.ts'
import { makeCreateRun } from '../runs/create-run.ts'
import { makeReadRuns } from '../runs/read-runs.ts'

/** A real PostgreSQL with the schema, for one test file. */
export async function startDatabase(): Promise<{ database: Postgres; url: string; stop: () => Promise<void> }> {
  const server = await startPostgres()
  const database = await connectPostgres({ url: server.url, maxConnections: 20, startTimeoutMs: 10_000 }, silentLogger)
  await migrate(database, silentLogger)
  return {
    database,
    url: server.url,
    async stop() {
      await database[Symbol.asyncDispose]()
      await server.stop()
    },
  }
}

export function testSite(name: string, more: Partial<Record<keyof Site, unknown>> = {}): Site {
  return siteSchema.parse({ name, startUrls: [`https://${name}.test/`], ...more })
}

export function testCatalogue(sites: readonly Site[], policies: Record<string, Partial<Policy>> = {}): Catalogue {
  const parsed = Object.entries({ default: {}, ...policies }).map(
    ([name, policy]) => [name, policySchema.parse(policy)] as const,
  )
  return { sites, policies: new Map(parsed) }
}

/** Plans a run over the catalogue's sites and gives its id. */
export async function planRun(
  database: Postgres,
  catalogue: Catalogue,
  options: Partial<RunOptions> = {},
  nowMs: number = Date.now(),
): Promise<string> {
  const createRun = makeCreateRun({
    database,
    catalogue: async () => catalogue,
    enabled: true,
    maxConcurrency: 5,
    nowMs: () => nowMs,
    readRun: makeReadRuns(database).getRun,
  })
  const run = await createRun({ options: runOptionsSchema.parse(options), correlationId: `test-${newId()}` })
  return run.id
}

/** An outcome of a page that was fetched well, or what `more` says. */
export function testOutcome(more: Partial<Outcome> & Pick<Outcome, 'urlId' | 'attempt'>): Outcome {
  return {
    kind: 'page',
    outcome: 'ok',
    reason: '',
    status: 200,
    announcedBatches: 0,
    durationMs: 12,
    bytes: 1_000,
    ...more,
  }
}

export const anyId = (): string => randomUUID()
