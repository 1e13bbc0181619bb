import { type Bus, type Disposition, done } from '@seine/bus'
import {
  type DiscoveredUrl,
  discovered,
  type FetchTask,
  fetchConsumerOf,
  fetchTask,
  maxUrlsPerBatch,
  type Outcome,
  type Pool,
  pageResult,
  type RunFlag,
} from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { testOutcome } from './fixtures.ts'

/** What the web says to a task: parts of its outcome, and what is found there. */
export interface Answer {
  readonly outcome?: Partial<Outcome>
  readonly found?: readonly DiscoveredUrl[]
  /** False: the fetcher dies of it: nothing is published or acknowledged. */
  readonly answers?: boolean
}

export interface FakeFetcher extends Part {
  /** Tasks in the order they came, deliveries included. */
  readonly tasks: FetchTask[]
}

/** A fetcher without a web: answers tasks as `web` says, in the order and with the messages of the real one. */
export function makeFakeFetcher(
  bus: Bus,
  web: (task: FetchTask) => Answer | Promise<Answer>,
  flagOf: (runId: string) => RunFlag = () => 'running',
  pool: Pool = 'http',
): FakeFetcher {
  const tasks: FetchTask[] = []

  async function handle(task: FetchTask): Promise<Disposition> {
    tasks.push(task)
    if (flagOf(task.runId) === 'cancelled') {
      await publish(task, { outcome: 'skipped', reason: 'cancelled', status: 0 }, 0)
      return done()
    }
    const answer = await web(task)
    if (answer.answers === false) return new Promise(() => {})
    const found = answer.found ?? []
    let batch = 0
    for (let from = 0; from < found.length; from += maxUrlsPerBatch, batch++)
      await bus.publish(discovered, {
        runId: task.runId,
        site: task.site,
        urlId: task.urlId,
        attempt: task.attempt,
        batch,
        urls: found.slice(from, from + maxUrlsPerBatch),
      })
    await publish(task, answer.outcome ?? {}, batch)
    return done()
  }

  async function publish(task: FetchTask, more: Partial<Outcome>, announcedBatches: number): Promise<void> {
    const outcome = testOutcome({
      kind: task.kind,
      urlId: task.urlId,
      attempt: task.attempt,
      announcedBatches,
      ...more,
    })
    await bus.publish(pageResult, { runId: task.runId, site: task.site, outcome, record: null })
  }

  return { tasks, ...bus.pull(fetchConsumerOf(pool), fetchTask, handle, { maxInFlight: 256 }) }
}

export const page = (url: string, more: Partial<DiscoveredUrl> = {}): DiscoveredUrl => ({
  url,
  kind: 'page',
  source: 'link',
  depth: 1,
  redirects: 0,
  ...more,
})

export const sitemap = (url: string, more: Partial<DiscoveredUrl> = {}): DiscoveredUrl =>
  page(url, { kind: 'sitemap', source: 'robots', depth: 0, ...more })
