import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { buckets, type ExportSite, outcomeHeader, planKey, type SitePlan, type SiteRunFlag } from '@seine/contracts'
import type { Clock, Logger } from '@seine/runtime'
import { type CollectedRecords, openRecords } from './collect-records.ts'
import { openSnapshot } from './earlier-runs.ts'
import { makePageCount, type PageCount } from './stored-pages.ts'

export interface GatheredRecords extends AsyncDisposable {
  readonly records: CollectedRecords
  /** Null: the site does not store its pages. */
  readonly pageCount: PageCount | null
}

/**
 * The records that an export is made from: those that fetchers found; on a re-extraction, before them those made anew from
 * stored pages and, for what the stream has let go of, those of the run's own snapshot.
 */
export async function gatherRecords(
  deps: {
    bus: Pick<Bus, 'bucket' | 'replay'>
    store: ArtifactStore
    maxFileWaitMs: number
    clock: Clock
    log: Logger
  },
  work: ExportSite,
  plan: SitePlan | null,
  sorting: { dir: string; sortMemoryBytes: number; signal: AbortSignal },
): Promise<GatheredRecords> {
  const { bus, store, log } = deps
  const of = { runId: work.runId, site: work.site }
  const { signal } = sorting
  if (work.reextract && plan === null) throw new Error(`the plan of ${work.site} is gone: what to extract is not known`)
  const records = openRecords(log, of, sorting)
  const gathered = { records, [Symbol.asyncDispose]: () => records[Symbol.asyncDispose]() }
  try {
    if (plan === null || (plan.site.storePages !== true && !work.reextract)) {
      await records.replay(bus, { signal })
      return { ...gathered, pageCount: null }
    }
    const flags = await bus.bucket<SiteRunFlag>(buckets.runs)
    await flags.put(planKey(of.runId, of.site), 'fetched')
    const pageCount = makePageCount({ ...deps, of })
    await records.replay(bus, { signal, onOutcome: pageCount.note })
    const lost = await pageCount.settle((onOutcome) => eachOutcome(bus, of, onOutcome, signal), signal)
    if (lost.length > 0) log.warn('files of stored pages never came, their fetchers were lost', { ...of, files: lost })
    if (work.reextract) await addAnew(records)
    return { ...gathered, pageCount }
  } catch (error) {
    await records[Symbol.asyncDispose]()
    throw error
  }

  async function addAnew(to: CollectedRecords): Promise<void> {
    // Loaded when wanted: parsers of pages are of no use to other exports, and not small.
    const { reextract } = await import('./reextract.ts')
    for await (const record of reextract({ store, log }, plan as SitePlan, signal)) await to.add(record)
    for await (const { runId, record } of (await openSnapshot(store, of)) ?? []) {
      signal.throwIfAborted()
      await to.add({ attempt: 0, record, runId })
    }
  }
}

async function eachOutcome(
  bus: Pick<Bus, 'replay'>,
  of: { runId: string; site: string },
  onOutcome: (header: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const { headers } of bus.replay(`result.page.${of.runId}.${of.site}`, { stream: 'RESULTS' })) {
    signal.throwIfAborted()
    const header = headers(outcomeHeader)
    if (header !== undefined) onOutcome(header)
  }
}
