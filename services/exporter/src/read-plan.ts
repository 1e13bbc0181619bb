import type { Bus } from '@seine/bus'
import { buckets, planKey, type SitePlan, sitePlanSchema } from '@seine/contracts'
import type { Logger } from '@seine/runtime'

/** The plan of a site run. Null: it is gone or can't be read, and defaults have to do. */
export async function readPlan(
  { bus, log }: { bus: Pick<Bus, 'bucket'>; log: Logger },
  of: { runId: string; site: string },
): Promise<SitePlan | null> {
  const plans = await bus.bucket<unknown>(buckets.plans)
  const plan = sitePlanSchema.safeParse((await plans.get(planKey(of.runId, of.site)))?.value)
  if (plan.success) return plan.data
  log.warn('the plan of the site run is not known: exported with default settings', of)
  return null
}
