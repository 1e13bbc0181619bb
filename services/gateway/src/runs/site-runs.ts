import type { Bus, CallOptions } from '@seine/bus'
import { type SiteRun, schedulerRpc } from '@seine/contracts'

/** Sites shown with a run. */
export const maxSitesShown = 1_000
/** Site runs of the largest kind in one answer stay well under the broker's 1 MiB. */
const perPage = 100

/** The first sites of a run, and how many there are. */
export async function readSiteRuns(
  { call }: Pick<Bus, 'call'>,
  runId: string,
  options: CallOptions,
): Promise<{ sites: SiteRun[]; total: number }> {
  const sites: SiteRun[] = []
  for (let page = 1; ; page++) {
    const answer = await call(schedulerRpc.listSiteRuns, { runId, page, perPage }, options)
    sites.push(...answer.sites)
    if (answer.sites.length < perPage || sites.length >= maxSitesShown) return { sites, total: answer.total }
  }
}
