import type { ArtifactStore } from '@seine/artifacts'
import type { ArtifactsEnv } from '@seine/artifacts/env'
import type { Bus } from '@seine/bus'

/**
 * Opens the artifact store when it is first wanted, and again after it could not be opened. Its clients are loaded then too: 15 MB that
 * most fetchers never need.
 */
export function makeLazyStore(env: ArtifactsEnv, nc: Bus['nc']): () => Promise<ArtifactStore> {
  let store: Promise<ArtifactStore> | undefined
  async function open(): Promise<ArtifactStore> {
    const { openArtifactStore } = await import('@seine/artifacts')
    return openArtifactStore(env, nc)
  }
  return () => {
    store ??= open().catch((error: unknown) => {
      store = undefined
      throw error
    })
    return store
  }
}
