import { defineEntity, p } from '@mikro-orm/core'
import type { Artifact, DiffCounts } from '@seine/contracts'

/** Two runs that are compared with each other. */
export const RunDiffEntity = defineEntity({
  name: 'RunDiff',
  tableName: 'run_diffs',
  indexes: [{ name: 'run_diffs_after', properties: ['afterRunId'] }],
  properties: {
    id: p.uuid().primary(),
    beforeRunId: p.uuid(),
    afterRunId: p.uuid(),
    /** Null: all sites of both. */
    site: p.text().nullable(),
    correlationId: p.text(),
    createdAt: p.datetime(6),
    finishedAt: p.datetime(6).nullable(),
  },
})

/** A site of such a comparison. */
export const RunDiffSiteEntity = defineEntity({
  name: 'RunDiffSite',
  tableName: 'run_diff_sites',
  indexes: [{ name: 'run_diff_sites_pending', properties: ['askedAt'], where: "status = 'pending'" }],
  properties: {
    diff: () => p.manyToOne(RunDiffEntity).primary().deleteRule('cascade'),
    site: p.text().collation('C').primary(),
    status: p.text(),
    reason: p.text().nullable(),
    allSourcesRead: p.boolean(),
    /** Requests so far. */
    attempt: p.integer().default(0),
    /** When the last one was made. Null: none was. */
    askedAt: p.datetime(6).nullable(),
    counts: p.json<DiffCounts>().nullable(),
    artifact: p.json<Artifact>().nullable(),
  },
})
