import type { Bus } from '@seine/bus'
import { type DiscoveredUrl, discovered, type FetchTask, maxUrlsPerBatch } from '@seine/contracts'

/** Publishes the URLs one task finds, in batches as they fill. */
export interface Announcer {
  /** Resolves when there is room for more: back-pressure for a stream of URLs. */
  add(url: DiscoveredUrl): Promise<void>
  /** Publishes the rest; resolves with the number of batches once the stream has stored all of them. */
  finish(): Promise<number>
}

/** `onStored` is called with each URL the stream has stored. */
export function makeAnnouncer(bus: Pick<Bus, 'publish'>, task: FetchTask, onStored?: (url: string) => void): Announcer {
  let urls: DiscoveredUrl[] = []
  let batches = 0

  async function publish(): Promise<void> {
    const batch = urls
    urls = []
    await bus.publish(
      discovered,
      { runId: task.runId, site: task.site, urlId: task.urlId, attempt: task.attempt, batch: batches++, urls: batch },
      { correlationId: task.correlationId },
    )
    if (onStored) for (const { url } of batch) onStored(url)
  }

  return {
    async add(url) {
      urls.push(url)
      if (urls.length >= maxUrlsPerBatch) await publish()
    },
    async finish() {
      if (urls.length > 0) await publish()
      return batches
    },
  }
}
