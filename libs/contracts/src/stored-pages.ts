import { z } from 'zod'
import { siteArtifacts } from './artifact.ts'

/** Folder of what was fetched of a site run, as WARC 1.1 files: there where the site says `storePages`. */
export const pagesFolder = (runId: string, site: string): string => `${siteArtifacts(runId, site)}/pages`

/** How many of the answered pages of a site run are stored. */
export const storedPagesSchema = z.strictObject({
  stored: z.int().nonnegative(),
  /**
   * Their record is there, what it was made of is not: its fetcher was killed, or had no room. At most: an export goes by what
   * results say, and a page whose killed fetcher had told its result, and that another asked for again, lies in that one's file. A
   * re-extraction counts what it read.
   */
  notStored: z.int().nonnegative(),
})

export type StoredPages = z.output<typeof storedPagesSchema>

/**
 * In the `runs` bucket under a site run's `planKey`: nothing of it is fetched any more, so fetchers send what they have stored of it to
 * the artifact store. Put by an exporter, for what it is to count or to read.
 */
export type SiteRunFlag = 'fetched'
