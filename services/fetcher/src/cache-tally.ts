import type { EventInput } from '@seine/bus'
import type { FetchTask } from '@seine/contracts'
import type { Part } from '@seine/runtime'

/** Whether a page's record of last time was taken over, or had to be made again. */
export type CacheUse = 'hit' | 'miss'

export interface CacheTally {
  note(task: Pick<FetchTask, 'runId' | 'site' | 'correlationId'>, use: CacheUse): void
  readonly part: Part
}

type CacheEvent = EventInput<'cache.hit'> | EventInput<'cache.miss'>

/** An event a page would be as many events as pages: they are counted, and told once in this time. */
const tellEveryMs = 2_000

/** Counts how the records of last time are used, by site run. Bounded by the site runs this process works on in a period. */
export function makeCacheTally(publish: (event: CacheEvent) => Promise<void>): CacheTally {
  let counts = new Map<string, { runId: string; site: string; correlationId: string; hit: number; miss: number }>()
  let timer: NodeJS.Timeout | undefined

  async function tell(): Promise<void> {
    const told = [...counts.values()]
    counts = new Map()
    for (const { runId, site, correlationId, ...uses } of told)
      for (const use of ['hit', 'miss'] as const) {
        if (uses[use] === 0) continue
        const type = `cache.${use}` as const
        const about = { jobId: runId, site, step: 'fetch', level: 'debug', correlationId } as const
        await publish({ ...about, type, data: { pages: uses[use] } })
      }
  }

  return {
    note({ runId, site, correlationId }, use) {
      const key = `${runId}.${site}`
      const count = counts.get(key) ?? { runId, site, correlationId, hit: 0, miss: 0 }
      count[use]++
      counts.set(key, count)
    },
    part: {
      name: 'cache tally',
      start(fail) {
        timer = setInterval(() => void tell().catch(fail), tellEveryMs)
      },
      async stop() {
        clearInterval(timer)
        await tell()
      },
    },
  }
}
