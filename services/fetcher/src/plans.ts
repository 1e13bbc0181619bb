import type { Bucket } from '@seine/bus'
import { planKey, type SitePlan, sitePlanSchema } from '@seine/contracts'
import { type FieldReader, makeFieldReader } from '@seine/extract'
import { siteHosts } from '@seine/urls'
import { extractionKeyOf } from './content-key.ts'
import { makeSeenUrls, type SeenUrls } from './seen-urls.ts'

/** A site plan with what this process derives from it. */
export interface LoadedPlan {
  readonly plan: SitePlan
  readonly hosts: ReadonlySet<string>
  /** Of extractor and configuration: a record made under another one is not taken over. */
  readonly extractionKey: string
  /** Reads what the site declares of its own. Null: nothing. */
  readonly fields: FieldReader | null
  /** URLs of this site run that this process has published and the stream has stored. */
  readonly seen: SeenUrls
}

export interface Plans {
  /** Null: there is no such plan (older than the bucket keeps, or a message that is not ours). `away`: the bucket does not answer. */
  get(runId: string, site: string): Promise<LoadedPlan | null | 'away'>
}

/**
 * Plans by site run, read once from the `plans` bucket. A plan that is written again (the site is retried) is forgotten,
 * and with it what was seen. `maxPlans` is more than there are site runs at once, a few kilobytes each: tasks of all of them come in turn, so with
 * one too many every task would read its plan again.
 */
export async function makePlans(bucket: Bucket<unknown>, signal: AbortSignal, maxPlans = 10_000): Promise<Plans> {
  const loaded = new Map<string, Promise<LoadedPlan | null | 'away'>>()
  const openSeen = makeSeenUrls()
  await bucket.watch('>', (key) => loaded.delete(key), signal)

  async function load(key: string): Promise<LoadedPlan | null | 'away'> {
    const entry = await bucket.get(key).catch(() => 'away' as const)
    if (entry === null || entry === 'away') return entry
    const plan = sitePlanSchema.parse(entry.value)
    return loadedPlanOf(plan, await makeFieldReader(plan.site.fields), openSeen())
  }

  return {
    async get(runId, site) {
      const key = planKey(runId, site)
      const known = loaded.get(key)
      if (known) return known
      if (loaded.size >= maxPlans) loaded.delete(loaded.keys().next().value!)
      const loading = load(key)
      loaded.set(key, loading)
      const plan = await loading.catch((error: unknown) => {
        loaded.delete(key)
        throw error
      })
      // What is absent may be written a moment later: only plans are remembered.
      if (plan === null || plan === 'away') loaded.delete(key)
      return plan
    },
  }
}

/** A plan with nothing seen yet. */
export function loadedPlanOf(plan: SitePlan, fields: FieldReader | null = null, seen = makeSeenUrls()()): LoadedPlan {
  return { plan, hosts: siteHosts(plan.site), extractionKey: extractionKeyOf(plan), fields, seen }
}
