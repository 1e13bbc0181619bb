import type { InferEntity } from '@mikro-orm/core'
import { RpcError } from '@seine/bus'
import {
  type Counts,
  type DiffCounts,
  type QualityStatus,
  type RpcRequest,
  type Run,
  type SiteRun,
  type SiteRunStatus,
  type schedulerRpc,
  siteRunStatuses,
  summarizeQuality,
} from '@seine/contracts'
import { BulkJobEntity, BulkJobSiteEntity } from '../database/entities.ts'
import type { Postgres } from '../database/postgres.ts'
import { hasEnded } from '../lifecycle/site-run-steps.ts'
import { findRuns } from './find-runs.ts'

type Job = InferEntity<typeof BulkJobEntity>
type JobSite = InferEntity<typeof BulkJobSiteEntity>

/** The most frequent ones: a reply holds many sites and may be no larger than the broker takes. */
const maxReasonsShown = 50

const diffKinds = ['added', 'removed', 'changed', 'unchanged', 'notChecked', 'moved'] as const
const diffSums = [
  'count(diff)::int as compared',
  ...diffKinds.map((kind) => `coalesce(sum((diff->>'${kind}')::bigint), 0)::float8 as "diff.${kind}"`),
].join(', ')

/** Answers to questions about runs and sites. Reads only. */
export function makeReadRuns(database: Postgres) {
  const { orm } = database

  async function getRun(runId: string): Promise<Run> {
    const job = await orm.em.fork().findOne(BulkJobEntity, { id: runId })
    if (job === null) throw new RpcError('not-found', `no run ${runId}`)
    const sums = await sumsOf([runId])
    return runView(job, sums.get(runId) ?? noSums())
  }

  async function listRuns(request: RpcRequest<typeof schedulerRpc.listRuns>) {
    const { ids, total } = await findRuns(database, request)
    const jobs = new Map((await orm.em.fork().find(BulkJobEntity, { id: { $in: ids } })).map((job) => [job.id, job]))
    const sums = await sumsOf(ids)
    const found = ids.flatMap((id) => jobs.get(id) ?? [])
    return { runs: found.map((job) => runView(job, sums.get(job.id) ?? noSums())), total }
  }

  async function listSiteRuns(request: RpcRequest<typeof schedulerRpc.listSiteRuns>) {
    const em = orm.em.fork()
    if ((await em.count(BulkJobEntity, { id: request.runId })) === 0)
      throw new RpcError('not-found', `no run ${request.runId}`)
    const [rows, total] = await em.findAndCount(
      BulkJobSiteEntity,
      { job: request.runId, ...(request.status === undefined ? {} : { status: request.status }) },
      { orderBy: { position: 'asc' }, limit: request.perPage, offset: (request.page - 1) * request.perPage },
    )
    const reasons = await reasonsOf(rows.map((row) => row.id))
    return { sites: rows.map((row) => siteRunView(request.runId, row, reasons.get(row.id) ?? {})), total }
  }

  async function sumsOf(runIds: readonly string[]): Promise<Map<string, Sums>> {
    const rows = await database.query<SumsRow>(
      `select job_id as "runId", status, count(*)::int as n, sum(bytes)::float8 as bytes, sum(discovered)::int as discovered,
         sum(ok)::int as ok, sum(unchanged)::int as unchanged, sum(failed)::int as failed, sum(skipped)::int as skipped,
         sum(pending)::int as pending,
         count(*) filter (where quality->>'status' = 'passed')::int as "qPassed",
         count(*) filter (where quality->>'status' = 'warning')::int as "qWarning",
         count(*) filter (where quality->>'status' = 'failed')::int as "qFailed",
         ${diffSums}
       from bulk_job_sites where job_id = any($1::uuid[]) group by job_id, status`,
      [runIds],
    )
    const sums = new Map<string, Sums>()
    for (const row of rows) {
      const sum = sums.get(row.runId) ?? noSums()
      sums.set(row.runId, sum)
      sum.siteCounts[row.status] += row.n
      sum.bytes += row.bytes
      sum.judged.passed += row.qPassed
      sum.judged.warning += row.qWarning
      sum.judged.failed += row.qFailed
      if (row.compared > 0) {
        sum.diff ??= { added: 0, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 }
        for (const kind of diffKinds) sum.diff[kind] += row[`diff.${kind}`]
      }
      for (const key of Object.keys(sum.counts) as (keyof Counts)[]) sum.counts[key] += row[key]
    }
    return sums
  }

  async function reasonsOf(siteRunIds: readonly string[]): Promise<Map<string, Record<string, number>>> {
    const rows = await database.query<{ id: string; reason: string; n: number }>(
      `select site_run_id as id, reason, sum(n)::int as n from bulk_job_site_reasons
       where site_run_id = any($1::uuid[]) and outcome <> 'unchanged' and n > 0 group by site_run_id, reason order by n desc`,
      [siteRunIds],
    )
    const byRun = new Map<string, Record<string, number>>()
    for (const { id, reason, n } of rows) {
      const reasons = byRun.get(id) ?? {}
      if (Object.keys(reasons).length < maxReasonsShown) reasons[reason] = n
      byRun.set(id, reasons)
    }
    return byRun
  }

  return { getRun, listRuns, listSiteRuns }
}

interface SumsRow extends Counts, Record<`diff.${(typeof diffKinds)[number]}`, number> {
  readonly runId: string
  readonly status: SiteRunStatus
  readonly n: number
  readonly bytes: number
  /** Sites with a diff. */
  readonly compared: number
  readonly qPassed: number
  readonly qWarning: number
  readonly qFailed: number
}

interface Sums {
  siteCounts: Record<SiteRunStatus, number>
  counts: Counts
  bytes: number
  /** Sites by what their quality gates said. */
  judged: Record<QualityStatus, number>
  /** Absent: no site has been compared. */
  diff?: DiffCounts
}

const noSums = (): Sums => ({
  siteCounts: Object.fromEntries(siteRunStatuses.map((status) => [status, 0])) as Record<SiteRunStatus, number>,
  counts: { discovered: 0, ok: 0, unchanged: 0, failed: 0, skipped: 0, pending: 0 },
  bytes: 0,
  judged: { passed: 0, warning: 0, failed: 0 },
})

function runView(job: Job, { judged, ...sums }: Sums): Run {
  const quality = summarizeQuality(judged)
  return {
    id: job.id,
    status: job.status,
    reason: job.reason ?? null,
    options: job.options,
    ...sums,
    pagesPerSecond: job.status === 'running' ? job.pagesPerSecond : 0,
    eta: hasEnded(job.status) ? { state: 'done' } : job.eta,
    steps: job.steps,
    ...(quality === undefined ? {} : { quality }),
    archive: job.archive ?? null,
    ...(job.archiveParts ? { archiveParts: job.archiveParts } : {}),
    correlationId: job.correlationId,
    origin: job.scheduleId ? { kind: 'schedule', id: job.scheduleId } : { kind: 'api', id: null },
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  }
}

function siteRunView(runId: string, row: JobSite, reasons: Record<string, number>): SiteRun {
  const { discovered, ok, unchanged, failed, skipped, pending } = row
  return {
    runId,
    site: row.site,
    status: row.status,
    step: row.status === 'running' ? (row.step ?? null) : null,
    reason: row.reason ?? null,
    counts: { discovered, ok, unchanged, failed, skipped, pending },
    reasons,
    bytes: row.bytes,
    pagesPerSecond: hasEnded(row.status) ? 0 : row.pagesPerSecond,
    eta: hasEnded(row.status) ? { state: 'done' } : row.eta,
    steps: row.steps,
    diff: row.diff ?? null,
    ...(row.quality ? { quality: row.quality } : {}),
    ...(row.storedPages ? { storedPages: row.storedPages } : {}),
    artifacts: row.artifacts,
    ...(row.releasedAt ? { releasedAt: row.releasedAt.toISOString() } : {}),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}
