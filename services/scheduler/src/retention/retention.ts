import type { RemoveArtifacts, RpcOutput, schedulerRpc } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { at, type Database, type Sql } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { forgetPages } from '../pages/forget-pages.ts'
import { type Expired, findExpired, type RetentionDefaults } from './expired.ts'
import { makeRelease } from './release.ts'

type Report = RpcOutput<typeof schedulerRpc.retain>

/** Site runs let go of in one round. */
const maxReleases = 20
const maxReported = 500

export interface Retention {
  /** One round: announces what is not to be kept, and lets go of what was announced long enough ago. */
  readonly round: () => Promise<'more' | 'idle'>
  /** What is not to be kept now. Unless it is a dry run, it is announced and let go of in the next rounds, without the grace. */
  readonly report: (request: { dryRun: boolean }) => Promise<Report>
}

/** Lets go of the results and files of old site runs. They are announced by an event before. One scheduler does it at a time. */
export function makeRetention(deps: {
  database: Database
  defaults: RetentionDefaults
  graceMs: number
  publishRemoval: (message: RemoveArtifacts) => Promise<void>
  nowMs: () => number
  log: Logger
}): Retention {
  const { database, defaults, graceMs, nowMs } = deps
  const release = makeRelease(deps)

  async function announce(sql: Sql, expired: readonly Expired[], plannedMs: number): Promise<void> {
    const fresh = expired.filter(({ plannedAt }) => plannedAt === null)
    await sql.query('update bulk_job_sites set retention_planned_at = $2::timestamptz where id = any($1::uuid[])', [
      fresh.map(({ id }) => id),
      at(plannedMs),
    ])
    const after = at(plannedMs + graceMs)
    const events = fresh.map(({ runId, site, reason, pages, artifactBytes }) => {
      const data = { reason, pages, artifactBytes, after }
      return { runId, site, step: null, type: 'retention.planned', data } as const
    })
    await recordEvents(sql, events, nowMs())
  }

  /** Those that were announced and may stay after all: settings have changed, or a run is compared with them. */
  async function forgive(sql: Sql, expired: readonly Expired[]): Promise<void> {
    await sql.query(
      `update bulk_job_sites set retention_planned_at = null
       where retention_planned_at is not null and released_at is null and id <> all($1::uuid[])`,
      [expired.map(({ id }) => id)],
    )
  }

  return {
    async round() {
      const more = await database.exclusively('retention', async () => {
        const now = nowMs()
        const expired = await database.transaction(async (sql) => {
          const found = await findExpired(sql, defaults, now)
          await forgive(sql, found)
          await announce(sql, found, now)
          return found
        })
        const due = expired.filter(({ plannedAt }) => plannedAt !== null && Date.parse(plannedAt) <= now - graceMs)
        for (const { id } of due.slice(0, maxReleases)) await release.begin(id)
        await release.finish()
        await forgetPages(database, now)
        return due.length > maxReleases
      })
      return more === true ? 'more' : 'idle'
    },
    async report({ dryRun }) {
      const expired = await database.transaction(async (sql) => {
        const found = await findExpired(sql, defaults, nowMs())
        if (!dryRun) {
          await announce(sql, found, nowMs() - graceMs)
          await sql.query(
            'update bulk_job_sites set retention_planned_at = least(retention_planned_at, $2::timestamptz) where id = any($1::uuid[])',
            [found.map(({ id }) => id), at(nowMs() - graceMs)],
          )
        }
        return found
      })
      return {
        siteRuns: expired.slice(0, maxReported).map(({ id: _, ...siteRun }) => siteRun),
        total: expired.length,
        pages: expired.reduce((sum, { pages }) => sum + pages, 0),
        artifactBytes: expired.reduce((sum, { artifactBytes }) => sum + artifactBytes, 0),
      }
    },
  }
}
