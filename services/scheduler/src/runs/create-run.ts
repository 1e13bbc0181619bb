import type { EntityManager } from '@mikro-orm/postgresql'
import { RpcError } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import { newId, type RpcRequest, type Run, type Site, type schedulerRpc } from '@seine/contracts'
import { currentTraceParent } from '@seine/telemetry'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import { BulkJobEntity, BulkJobSiteEntity, OutboxEntity } from '../database/entities.ts'
import { sqlOf } from '../database/orm-sql.ts'
import type { Postgres } from '../database/postgres.ts'
import type { Sql } from '../database/sql.ts'
import { eventOf } from '../events/outbox.ts'
import { newManifest } from '../lifecycle/run-manifest.ts'
import { newSiteRun } from '../lifecycle/site-run-steps.ts'
import { chooseSites } from './choose-sites.ts'
import { planSites } from './plan-sites.ts'
import { readUsable } from './usable-catalogue.ts'

const idempotencyWindowMs = 24 * 60 * 60_000

export interface CreateRunDeps {
  readonly database: Postgres
  readonly catalogue: () => Promise<Catalogue>
  readonly enabled: boolean
  readonly maxConcurrency: number
  readonly nowMs: () => number
  readonly readRun: (runId: string) => Promise<Run>
}

/** What a run comes from that nobody asked for over the API. */
export interface RunSource {
  readonly scheduleId: string
  readonly scheduleName: string
  /** Writes down what has to become true with the run, in its transaction: what it throws undoes the run. */
  record(sql: Sql, runId: string): Promise<void>
}

export type CreateRun = (request: CreateRunRequest, source?: RunSource, doer?: Doer) => Promise<Run>
type CreateRunRequest = RpcRequest<typeof schedulerRpc.createRun>

/**
 * Plans a run: checks the sites, fixes what each is to do, writes it down. The tick starts it. Throws RpcError `invalid`
 * for unknown sites and bad files, `conflict` where runs are switched off.
 */
export function makeCreateRun(deps: CreateRunDeps): CreateRun {
  return async (request, source, doer = source === undefined ? anonymous : scheduleOf(source)) => {
    if (!deps.enabled) throw new RpcError('conflict', 'bulk runs are switched off (BULK_RUN_ENABLED=false)')
    const catalogue = await readUsable(deps.catalogue)
    const sites = chooseSites(catalogue, request.options)
    const nowMs = deps.nowMs()
    const runId = await deps.database.orm.em.fork().transactional(async (em) => {
      const same = request.idempotencyKey === undefined ? null : await sameRequest(em, request.idempotencyKey, nowMs)
      if (same !== null) return same
      const created = await insertRun(em, request, sites, catalogue, deps.maxConcurrency, nowMs, source?.scheduleId)
      await source?.record(sqlOf(em), created)
      const details = { sites: sites.length, dryRun: request.options.dry_run }
      await recordAudit(sqlOf(em), doer, { action: 'run.started', subject: created, details }, nowMs)
      return created
    })
    return deps.readRun(runId)
  }
}

const scheduleOf = ({ scheduleName }: RunSource): Doer => ({
  actor: `schedule ${scheduleName}`,
  correlationId: undefined,
})

async function sameRequest(em: EntityManager, key: string, nowMs: number): Promise<string | null> {
  // Two requests with one key wait for each other here.
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`run ${key}`])
  const since = new Date(nowMs - idempotencyWindowMs)
  const job = await em.findOne(BulkJobEntity, { idempotencyKey: key, createdAt: { $gt: since } }, { fields: ['id'] })
  return job?.id ?? null
}

async function insertRun(
  em: EntityManager,
  request: CreateRunRequest,
  sites: readonly Site[],
  catalogue: Catalogue,
  maxConcurrency: number,
  nowMs: number,
  scheduleId: string | undefined,
): Promise<string> {
  const { options } = request
  const runId = newId(nowMs)
  const plans = planSites(runId, sites, catalogue, options)
  const createdAt = new Date(nowMs)
  await em.insert(BulkJobEntity, {
    id: runId,
    status: 'waiting',
    options,
    correlationId: request.correlationId,
    idempotencyKey: request.idempotencyKey ?? null,
    traceParent: currentTraceParent() ?? null,
    scheduleId: scheduleId ?? null,
    concurrency: options.concurrency ?? maxConcurrency,
    steps: newManifest(),
    eta: { state: 'estimating' },
    createdAt,
  })
  const fresh = newSiteRun()
  await em.insertMany(
    BulkJobSiteEntity,
    plans.map((plan, position) => {
      const { site } = plan
      return {
        id: newId(nowMs),
        job: runId,
        site: site.name,
        position,
        status: fresh.status,
        plan,
        pool: site.render === 'auto' ? 'http' : site.render,
        looksForShells: site.render === 'auto',
        ratePerSecond: plan.policy.ratePerSecond,
        concurrency: plan.policy.concurrency,
        maxAttempts: plan.policy.retry.maxAttempts,
        retryShare: plan.policy.retry.siteBudget.share,
        retriesAtLeast: plan.policy.retry.siteBudget.atLeast,
        steps: fresh.steps,
        artifacts: [],
        eta: { state: 'estimating' as const },
      }
    }),
  )
  const created = { sites: sites.length, dryRun: options.dry_run }
  const event = eventOf({ runId, step: null, type: 'run.created', data: created }, nowMs)
  await em.insert(OutboxEntity, { id: event.id, event })
  return runId
}
