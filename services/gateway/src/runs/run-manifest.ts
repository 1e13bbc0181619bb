import { text } from 'node:stream/consumers'
import type { ArtifactStore } from '@seine/artifacts'
import type { Bus, CallOptions } from '@seine/bus'
import {
  type Artifact,
  countsSchema,
  diffCountsSchema,
  qualitySchema,
  runStatuses,
  type SinkOutcome,
  schedulerRpc,
  sinkOutcomeSchema,
  sinksFileSchema,
  sinksPath,
  siteName,
  siteRunStatuses,
} from '@seine/contracts'
import { z } from 'zod'

const fileSchema = z.strictObject({
  /** As in the archive: `<site>/full.csv`. */
  path: z.string(),
  sha256: z.string(),
  size: z.int(),
})

/** What the archive's own `manifest.json` says, of a run in any state. */
export const runManifestSchema = z.strictObject({
  run: z.uuid(),
  status: z.enum(runStatuses),
  createdAt: z.string(),
  /** Null: not packed yet. */
  archive: fileSchema.nullable(),
  /** Of an archive in several parts, all of them in order. Absent: it is one file. */
  archiveParts: z.array(fileSchema).optional(),
  /** What came of handing the run to other places. Absent: none is configured, or that has not been tried yet. */
  sinks: z.array(sinkOutcomeSchema).optional(),
  sites: z.array(
    z.strictObject({
      site: siteName,
      status: z.enum(siteRunStatuses),
      reason: z.string().nullable(),
      counts: countsSchema,
      diff: diffCountsSchema.nullable(),
      quality: qualitySchema.nullable(),
      files: z.array(fileSchema),
    }),
  ),
})

const sitesPerPage = 200

/** The files of a run and what each site came to. */
export async function runManifest(
  { bus: { call }, store }: { bus: Pick<Bus, 'call'>; store: Pick<ArtifactStore, 'open'> },
  runId: string,
  options: CallOptions,
): Promise<z.output<typeof runManifestSchema>> {
  const { status, createdAt, archive, archiveParts } = await call(schedulerRpc.getRun, { runId }, options)
  const sites: z.output<typeof runManifestSchema>['sites'] = []
  for (let page = 1; ; page++) {
    const answer = await call(schedulerRpc.listSiteRuns, { runId, page, perPage: sitesPerPage }, options)
    for (const { site, status, reason, counts, diff, quality = null, artifacts } of answer.sites)
      sites.push({ site, status, reason, counts, diff, quality, files: artifacts.map((each) => fileOf(each, site)) })
    if (answer.sites.length < sitesPerPage) break
  }
  const sinks = await readSinks(store, runId)
  return {
    ...{ run: runId, status, createdAt, archive: archive && fileOf(archive, null) },
    ...(archiveParts === undefined ? {} : { archiveParts: archiveParts.map((part) => fileOf(part, null)) }),
    ...(sinks === null ? {} : { sinks }),
    sites,
  }
}

/** Null: there is none, or of a version that is not known here. */
async function readSinks(store: Pick<ArtifactStore, 'open'>, runId: string): Promise<SinkOutcome[] | null> {
  const file = await store.open(sinksPath(runId))
  if (file === null) return null
  const read = sinksFileSchema.safeParse(JSON.parse(await text(file.stream)))
  return read.success ? read.data.sinks : null
}

function fileOf({ path, sha256, sizeBytes }: Artifact, site: string | null): z.output<typeof fileSchema> {
  const name = path.split('/').at(-1) ?? ''
  return { path: site === null ? name : `${site}/${name}`, sha256, size: sizeBytes }
}
