import { RpcError } from '@seine/bus'
import { CatalogueError } from '@seine/catalogue'
import type { Policy } from '@seine/contracts'
import type { CatalogueSource } from './catalogue.ts'

/** The policies, or RpcError `invalid` with everything that is wrong in the files. */
export function usablePolicies(catalogue: Pick<CatalogueSource, 'policies'>) {
  return async (): Promise<ReadonlyMap<string, Policy>> => {
    try {
      return await catalogue.policies()
    } catch (error) {
      if (error instanceof CatalogueError) throw new RpcError('invalid', error.message, { problems: error.problems })
      throw error
    }
  }
}
