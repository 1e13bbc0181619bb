import type { Discovered, FetchTask } from '@seine/contracts'
import { newId } from '@seine/contracts'

/** A valid task for tests; each host is a subject of its own. */
export function sampleTask(overrides: Partial<FetchTask> = {}): FetchTask {
  return {
    urlId: newId(),
    runId: newId(),
    site: 'shop',
    kind: 'page',
    url: 'http://shop.test/page',
    pool: 'http',
    attempt: 1,
    failures: 0,
    depth: 0,
    redirects: 0,
    correlationId: 'test',
    ...overrides,
  }
}

/** A valid batch of discovered URLs for tests. Its stream takes atomic batches. */
export function sampleDiscovered(overrides: Partial<Discovered> = {}): Discovered {
  return { runId: newId(), site: 'shop', urlId: newId(), attempt: 1, batch: 0, urls: [], ...overrides }
}
