import { type Bus, publishEvent } from '@seine/bus'
import type { ExportSite } from '@seine/contracts'

/** Results whose page was what it was last time, so that its record was taken over, and those that had to be read again. */
export interface CacheUses {
  hit: number
  miss: number
}

const cacheOfOutcome = /"cache":"(hit|miss)"/

/** Counts an outcome's header. A quote inside of a text is escaped there: what is found is the field. */
export function countCacheUse(uses: CacheUses, header: string): void {
  const use = cacheOfOutcome.exec(header)?.[1]
  if (use === 'hit' || use === 'miss') uses[use]++
}

/**
 * Tells how the records of last time were used. Told by the export and not by fetchers: nothing of a run may come after its end, and a fetcher
 * whose link was out would tell it then (I2).
 */
export async function tellCacheUses(
  bus: Pick<Bus, 'nowMs' | 'publish'>,
  { runId, site, correlationId }: ExportSite,
  uses: CacheUses,
): Promise<void> {
  const about = { jobId: runId, site, step: 'export', level: 'debug', correlationId } as const
  for (const use of ['hit', 'miss'] as const)
    if (uses[use] > 0) await publishEvent(bus, { ...about, type: `cache.${use}`, data: { pages: uses[use] } })
}
