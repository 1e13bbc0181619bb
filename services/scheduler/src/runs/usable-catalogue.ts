import { RpcError } from '@seine/bus'
import { type Catalogue, CatalogueError } from '@seine/catalogue'

/** The catalogue, or RpcError `invalid` with everything that is wrong in its files. */
export async function readUsable(catalogue: () => Promise<Catalogue>): Promise<Catalogue> {
  try {
    return await catalogue()
  } catch (error) {
    if (error instanceof CatalogueError) throw new RpcError('invalid', error.message, { problems: error.problems })
    throw error
  }
}
