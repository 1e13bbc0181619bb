import { CatalogueError } from '@seine/catalogue'
import type { Logger } from '@seine/runtime'
import type { CatalogueSource } from './catalogue.ts'

/**
 * Takes over what was changed in the files, so that lists show it before the next run is planned. Files that can't be used are logged
 * once, not at every look: whoever starts a run is told as well.
 */
export function makeLookAtFiles({ catalogue, log }: { catalogue: Pick<CatalogueSource, 'policies'>; log: Logger }) {
  let told = ''
  return async (): Promise<'idle'> => {
    try {
      await catalogue.policies()
      told = ''
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      if (error.message !== told) log.warn('the files of sites and policies can not be used', { error: error.message })
      told = error.message
    }
    return 'idle'
  }
}
