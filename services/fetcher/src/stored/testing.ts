import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactStore } from '@seine/artifacts'
import type { PageFileLimits } from './page-files.ts'

/** Where pages go in tests: small files, for a store that has to be given if any page is to be stored. */
export async function pagesInTests(store?: Pick<ArtifactStore, 'put'>, over: Partial<PageFileLimits> = {}) {
  const limits = { maxFileBytes: 1_000_000, maxFileAgeMs: 60_000, maxOpenFiles: 10, maxSpoolBytes: 10_000_000, ...over }
  const openStore = async () => {
    if (store === undefined) throw new Error('no store in this test')
    return store
  }
  return { dir: await mkdtemp(join(tmpdir(), 'pages-test-')), limits, openStore }
}
