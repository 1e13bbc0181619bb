import type { Counts, Eta, RunStatus, SeineEvent } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { eventOf, type NewEvent } from '../events/outbox.ts'
import { activeJobs, type JobRow, runCounts } from '../lifecycle/job-row.ts'
import type { SiteStep } from '../lifecycle/site-run-steps.ts'
import { runEta, siteEta } from './eta.ts'
import { makeFailureTally, readFailures } from './failures.ts'
import { makeHistories } from './history.ts'
import { makePace, turnMs } from './pace.ts'
import { makeSpeedometer, type Speed } from './speed.ts'

const windowMs = 20_000
/** A site of a dozen is told of four times a second, a site of three hundred every six seconds; the run itself in each round. */
const siteEventsPerSecond = 50
/**
 * Readers of the API ask now and then: their copy is written less often than events are told. Two thousand sites are written every ten
 * seconds: each second would be one more change of a row for each page that they are asked for.
 */
const writeEveryMs = 1_000
const sitesWrittenPerSecond = 200
/** Samples of one run or site thin out as it gets older: about this many for each doubling of its age. */
const samplesPerAge = 500

interface RunningSite extends Counts {
  readonly id: string
  readonly site: string
  readonly status: RunStatus
  readonly step: SiteStep
  readonly bytes: number
  readonly ratePerSecond: number
  readonly startedAtMs: number
}

interface Reading {
  readonly key: string
  readonly runId: string
  readonly site: string | null
  readonly counts: Counts
  readonly bytes: number
  readonly pagesPerSecond: number
  readonly eta: Eta
  readonly startedAtMs: number
  readonly event: NewEvent
}

/**
 * Measures what runs, publishes progress events, writes speed and ETA where readers find them and keeps samples. What has not
 * changed since it was told is not told again, and sites take turns where there are many.
 */
export function makeReportProgress(deps: {
  database: Database
  publish: (event: SeineEvent, correlationId: string) => Promise<void>
  nowMs: () => number
}): () => Promise<'idle'> {
  const { database } = deps
  const speedometer = makeSpeedometer(windowMs)
  const histories = makeHistories(database)
  const told = makePace()
  const written = makePace()
  const sampledAtMs = new Map<string, number>()
  const failures = makeFailureTally()

  async function readRun(job: JobRow, nowMs: number): Promise<Reading[]> {
    const sites = await runningSites(database, job.id)
    const rest = await otherSites(database, job.id)
    const history = await histories.of(job.id)
    const readings = sites.map((site) => readSite(job, site, history.get(site.site)?.pagesPerSecond ?? null, nowMs))
    const { bytes, ...counts } = await runCounts(database, job.id)
    const speed = speedometer.observe(job.id, doneOf(counts), nowMs)
    const eta = runEta({
      running: readings.map((reading) => reading.eta),
      waitingMs: rest.waiting.map((site) => history.get(site)?.durationMs ?? null),
      meanSiteMs: rest.meanMs,
      concurrency: job.concurrency,
    })
    const pagesPerSecond = speed?.pagesPerSecond ?? 0
    const numbers = { counts, bytes, pagesPerSecond, eta }
    readings.push({
      key: job.id,
      runId: job.id,
      site: null,
      ...numbers,
      startedAtMs: job.startedAtMs ?? nowMs,
      event: {
        runId: job.id,
        step: null,
        type: 'run.progress',
        data: { ...numbers, sitesDone: rest.done, sites: sites.length + rest.waiting.length + rest.done },
      },
    })
    return readings
  }

  function readSite(job: JobRow, site: RunningSite, historyPagesPerSecond: number | null, nowMs: number): Reading {
    const { discovered, ok, unchanged, failed, skipped, pending } = site
    const counts = { discovered, ok, unchanged, failed, skipped, pending }
    const speed: Speed | null = speedometer.observe(site.id, doneOf(counts), nowMs)
    const eta = siteEta({ ...site, speed, historyPagesPerSecond })
    const numbers = { counts, bytes: site.bytes, pagesPerSecond: speed?.pagesPerSecond ?? 0, eta }
    return {
      key: site.id,
      runId: job.id,
      site: site.site,
      ...numbers,
      startedAtMs: site.startedAtMs,
      event: { runId: job.id, site: site.site, step: site.step, type: 'site.progress', data: numbers },
    }
  }

  async function tell(readings: readonly Reading[], correlationId: string, nowMs: number): Promise<void> {
    const siteEveryMs = turnMs(readings.length, siteEventsPerSecond)
    const due = readings.filter((reading) =>
      told.isDue(reading.key, whatOf(reading), reading.site === null ? 0 : siteEveryMs, nowMs),
    )
    await Promise.all(due.map((reading) => deps.publish(eventOf(reading.event, nowMs), correlationId)))
    for (const reading of due) told.done(reading.key, whatOf(reading), nowMs)
  }

  async function tellFailures({ id: runId, correlationId }: JobRow, nowMs: number): Promise<void> {
    for (const { site, reason, pages } of failures.due(await readFailures(database, runId))) {
      const event = {
        runId,
        site,
        step: 'fetch',
        level: 'warn',
        type: 'pages.failed',
        data: { reason, pages },
      } as const
      await deps.publish(eventOf(event, nowMs), correlationId)
    }
  }

  async function write(readings: readonly Reading[], nowMs: number): Promise<void> {
    const siteEveryMs = Math.max(writeEveryMs, turnMs(readings.length, sitesWrittenPerSecond))
    const due = readings.filter((reading) =>
      written.isDue(reading.key, whatOf(reading), reading.site === null ? writeEveryMs : siteEveryMs, nowMs),
    )
    if (due.length === 0) return
    await writeSpeeds(database, due)
    const sampled = due.filter(
      ({ key, startedAtMs }) => nowMs - (sampledAtMs.get(key) ?? 0) >= (nowMs - startedAtMs) / samplesPerAge,
    )
    await writeSamples(database, sampled, nowMs)
    for (const { key } of sampled) sampledAtMs.set(key, nowMs)
    for (const reading of due) written.done(reading.key, whatOf(reading), nowMs)
  }

  return async () => {
    await database.exclusively('progress', async () => {
      const nowMs = deps.nowMs()
      const jobs = (await activeJobs(database)).filter((job) => job.status === 'running')
      const seen = new Set<string>()
      for (const job of jobs) {
        const readings = await readRun(job, nowMs)
        for (const reading of readings) seen.add(reading.key)
        await tell(readings, job.correlationId, nowMs)
        await tellFailures(job, nowMs)
        await write(readings, nowMs)
      }
      speedometer.keep(seen)
      histories.keep(seen)
      told.keep(seen)
      written.keep(seen)
      failures.keep(seen)
      for (const key of sampledAtMs.keys()) if (!seen.has(key)) sampledAtMs.delete(key)
    })
    return 'idle'
  }
}

const doneOf = (counts: Counts): number => counts.ok + counts.unchanged + counts.failed

/** What makes a reading worth telling: a remaining time that drifts while nothing happens is not. */
const whatOf = ({ counts, bytes, eta, event }: Reading): string =>
  JSON.stringify([counts, bytes, eta.state, event.step, 'sitesDone' in event.data ? event.data.sitesDone : 0])

function runningSites(database: Database, runId: string): Promise<RunningSite[]> {
  return database.query(
    `select id, site, status, step, discovered, ok, unchanged, failed, skipped, pending, bytes::float8 as bytes,
       rate_per_second as "ratePerSecond", (extract(epoch from started_at) * 1000)::float8 as "startedAtMs"
     from bulk_job_sites where job_id = $1 and status = 'running' order by position`,
    [runId],
  )
}

async function otherSites(database: Database, runId: string) {
  const waiting = await database.query<{ site: string }>(
    `select site from bulk_job_sites where job_id = $1 and status = 'waiting' order by position`,
    [runId],
  )
  const [ended] = await database.query<{ done: number; meanMs: number | null }>(
    `select count(*)::int as done, (avg(extract(epoch from finished_at - started_at)) * 1000)::float8 as "meanMs"
     from bulk_job_sites where job_id = $1 and status in ('completed', 'failed', 'cancelled')`,
    [runId],
  )
  return { waiting: waiting.map((row) => row.site), done: ended?.done ?? 0, meanMs: ended?.meanMs ?? null }
}

async function writeSpeeds(database: Database, readings: readonly Reading[]): Promise<void> {
  const rows = readings.map(({ key, site, pagesPerSecond, eta }) => ({
    id: key,
    site,
    pages_per_second: pagesPerSecond,
    eta,
  }))
  const values = toJson(rows)
  const fields = 'r(id uuid, site text, pages_per_second float8, eta jsonb)'
  await database.query(
    `with held as (
       select s.id from bulk_job_sites s where s.id in (select id from json_to_recordset($1::json) as ${fields})
       order by s.id for no key update
     )
     update bulk_job_sites s set pages_per_second = r.pages_per_second, eta = r.eta
     from json_to_recordset($1::json) as ${fields}, held where s.id = r.id and held.id = s.id`,
    [values],
  )
  await database.query(
    `update bulk_jobs j set pages_per_second = r.pages_per_second, eta = r.eta
     from json_to_recordset($1::json) as ${fields} where j.id = r.id and r.site is null`,
    [values],
  )
}

async function writeSamples(database: Database, readings: readonly Reading[], nowMs: number): Promise<void> {
  if (readings.length === 0) return
  const rows = readings.map(({ runId, site, counts, bytes, pagesPerSecond, eta }) => ({
    job_id: runId,
    site,
    counts,
    bytes,
    pages_per_second: pagesPerSecond,
    eta,
  }))
  await database.query(
    `insert into bulk_job_progress (job_id, site, at, counts, bytes, pages_per_second, eta)
     select job_id, site, $2::timestamptz, counts, bytes, pages_per_second, eta
     from json_to_recordset($1::json) as r(job_id uuid, site text, counts jsonb, bytes bigint, pages_per_second float8, eta jsonb)`,
    [toJson(rows), at(nowMs)],
  )
}
