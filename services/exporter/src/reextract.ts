import type { ArtifactStore } from '@seine/artifacts'
import { pagesFolder, type SitePlan } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import { readPage, readPages } from '@seine/pages'
import type { Logger } from '@seine/runtime'
import { siteHosts } from '@seine/urls'
import type { NewRecord } from './collect-records.ts'

/** Beyond the body: status line and headers of an answer. */
const maxAnswerHeadBytes = 1_000_000

/**
 * Makes the records of a site run anew from its stored pages, as its plan says: extraction alone, without a request. A page or a file
 * that can't be read is logged and left out. Throws where nothing is stored.
 */
export async function* reextract(
  { store, log }: { store: Pick<ArtifactStore, 'list' | 'open'>; log: Logger },
  { runId, site, policy }: SitePlan,
  signal: AbortSignal,
): AsyncGenerator<NewRecord> {
  const options = { siteHosts: siteHosts(site), fields: await makeFieldReader(site.fields) }
  const maxPageBytes = policy.limits.maxBodyBytes + maxAnswerHeadBytes
  const paths = await pageFiles(store, runId, site.name)
  if (paths.length === 0) throw new Error(`no pages of ${site.name} are stored of run ${runId}`)
  for (const path of paths) {
    const file = await store.open(path)
    if (file === null) continue
    try {
      for await (const page of readPages(file.stream, { maxPageBytes })) {
        signal.throwIfAborted()
        const record = recordOf(page)
        if (record !== null) yield { attempt: page.attempt, record, isFromPages: true }
      }
    } catch (error) {
      signal.throwIfAborted()
      log.error('a file of stored pages can not be read to its end', { path, error })
    }
  }

  function recordOf(page: Parameters<typeof readPage>[0] & { isPage: boolean }) {
    try {
      return readPage(page, { ...options, isPage: page.isPage }).record
    } catch (error) {
      log.warn('a stored page can not be extracted', { url: page.url, run: runId, site: site.name, error })
      return null
    }
  }
}

/** By name, so that the same files give the same records in the same order. */
async function pageFiles(store: Pick<ArtifactStore, 'list'>, runId: string, site: string): Promise<string[]> {
  const paths: string[] = []
  for await (const { path } of store.list(`${pagesFolder(runId, site)}/`))
    if (path.endsWith('.warc.gz')) paths.push(path)
  return paths.sort()
}
