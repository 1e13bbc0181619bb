import type { ArtifactStore } from '@seine/artifacts'
import { type Bus, done } from '@seine/bus'
import { consumers, removeArtifacts, resultsOf, runArtifacts, siteArtifacts } from '@seine/contracts'
import type { Logger, Part } from '@seine/runtime'

/** Removes the files and results of runs that are not kept any longer. What is gone already is none the worse for it. */
export function makeRemovePart(deps: { bus: Bus; store: Pick<ArtifactStore, 'list' | 'remove'>; log: Logger }): Part {
  const { bus, store, log } = deps
  return bus.pull(
    consumers.removals,
    removeArtifacts,
    async ({ runId, site }, { signal }) => {
      const folder = site === null ? runArtifacts(runId) : siteArtifacts(runId, site)
      // Listed first: removing under an open listing may make it skip.
      const paths: string[] = []
      for await (const { path } of store.list(`${folder}/`)) paths.push(path)
      for (const path of paths) {
        signal.throwIfAborted()
        await store.remove(path)
      }
      await bus.purge('RESULTS', resultsOf(runId, site))
      log.info('files and results removed', { run: runId, site, files: paths.length })
      return done()
    },
    { maxInFlight: 1 },
  )
}
