import type { Bus, CallOptions } from '@seine/bus'
import {
  type Artifact,
  countsSchema,
  diffCountsSchema,
  qualitySchema,
  runStatuses,
  schedulerRpc,
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
  { call }: Pick<Bus, 'call'>,
  runId: string,
  options: CallOptions,
): Promise<z.output<typeof runManifestSchema>> {
  const { status, createdAt, archive } = await call(schedulerRpc.getRun, { runId }, options)
  const sites: z.output<typeof runManifestSchema>['sites'] = []
  for (let page = 1; ; page++) {
    const answer = await call(schedulerRpc.listSiteRuns, { runId, page, perPage: sitesPerPage }, options)
    for (const { site, status, reason, counts, diff, quality = null, artifacts } of answer.sites)
      sites.push({ site, status, reason, counts, diff, quality, files: artifacts.map((each) => fileOf(each, site)) })
    if (answer.sites.length < sitesPerPage) break
  }
  return { run: runId, status, createdAt, archive: archive && fileOf(archive, null), sites }
}

function fileOf({ path, sha256, sizeBytes }: Artifact, site: string | null): z.output<typeof fileSchema> {
  const name = path.split('/').at(-1) ?? ''
  return { path: site === null ? name : `${site}/${name}`, sha256, size: sizeBytes }
}
