import type { FetchTask } from '@seine/contracts'
import { canonicalUrl, homeOf } from '@seine/urls'
import { makeAnnouncer } from './announce.ts'
import type { makeAsk } from './ask.ts'
import type { Ending } from './ending.ts'
import { followRedirects } from './follow-redirects.ts'
import type { LoadedPlan } from './plans.ts'
import type { RobotsOf } from './robots-of.ts'

export interface FetchRobotsDeps {
  readonly ask: ReturnType<typeof makeAsk>
  readonly robotsOf: RobotsOf
  readonly bus: Parameters<typeof makeAnnouncer>[0]
}

/** Preflight of a site: its name resolves to an address we may fetch, robots.txt is read, the home page answers. */
export function makeFetchRobots({ ask, robotsOf, bus }: FetchRobotsDeps) {
  return async (task: FetchTask, loaded: LoadedPlan): Promise<Ending> => {
    const { policy } = loaded.plan
    const rules = await robotsOf(task.url, loaded, task)
    if (rules.kind === 'ending') return rules.ending

    const home = homeOf(task.url)
    if (rules.isAllowed(home)) {
      const headers = { accept: 'text/html,*/*;q=0.5' }
      const fetched = await followRedirects(home, policy.limits.maxRedirects, (url) =>
        ask({ task, url, policy, pace: rules.pace, headers, maxBodyBytes: policy.limits.maxBodyBytes }),
      )
      if (fetched.kind === 'ending') return homePage(fetched.ending)
    }

    const announcer = makeAnnouncer(bus, task)
    for (const sitemap of rules.sitemaps) {
      const url = canonicalUrl(sitemap, home)
      if (url !== null) await announcer.add({ url, kind: 'sitemap', source: 'robots', depth: 0, redirects: 0 })
    }
    return { outcome: 'ok', reason: '', status: 200, announcedBatches: await announcer.finish() }
  }
}

function homePage(ending: Ending): Ending {
  if (ending.outcome === 'deferred' && ending.countsAsFailure === false) return ending
  const detail = ending.detail ?? `the home page answered ${ending.status ?? 0}`
  return { ...ending, detail }
}
