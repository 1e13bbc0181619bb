import { RpcError } from '@seine/bus'
import { pageIdOf, type RpcOutput, type RpcRequest, type schedulerRpc } from '@seine/contracts'
import { canonicalUrl } from '@seine/urls'
import type { Database } from '../database/sql.ts'

type History = RpcOutput<typeof schedulerRpc.readHistory>
type Prices = RpcOutput<typeof schedulerRpc.readPrices>
type Request = RpcRequest<typeof schedulerRpc.readHistory>

const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** In which of its changes a page tells its product's price: where it is new, where that or its product is another. */
const tellsPrice = `price is not null and (change = 'added' or field in ('Price', 'Currency', 'Product'))`

/** Answers what is kept of a page beyond its runs, a bounded page of it at a time. */
export function makeReadHistory(database: Database) {
  async function pageId({ site, url }: Request): Promise<string> {
    const canonical = canonicalUrl(url)
    if (canonical === null) throw new RpcError('invalid', `not a URL of a page: '${url.slice(0, 200)}'`)
    const [known] = await database.query('select 1 from sites where name = $1', [site])
    if (known === undefined) throw new RpcError('not-found', `no site '${site}'`)
    return pageIdOf(site, canonical)
  }

  async function count(id: string, what: string, condition: string): Promise<number> {
    const [row] = await database.query<{ total: number }>(
      `select count(${what})::int as total from page_changes where page_id = $1 and ${condition}`,
      [id],
    )
    return row?.total ?? 0
  }

  return {
    async history(request: Request): Promise<History> {
      const id = await pageId(request)
      const changes = await database.query<History['changes'][number]>(
        `select run_id as "runId", ${utc('at')} as at, change, nullif(field, '') as field, old, new, difference, percent, name,
           reason, price, currency
         from page_changes where page_id = $1 order by run_id desc, field limit $2 offset $3`,
        [id, request.perPage, (request.page - 1) * request.perPage],
      )
      return { changes, total: await count(id, '*', 'true') }
    },
    async prices(request: Request): Promise<Prices> {
      const id = await pageId(request)
      const prices = await database.query<Prices['prices'][number]>(
        `select distinct on (run_id) run_id as "runId", ${utc('at')} as at, price, currency
         from page_changes where page_id = $1 and ${tellsPrice} order by run_id limit $2 offset $3`,
        [id, request.perPage, (request.page - 1) * request.perPage],
      )
      return { prices, total: await count(id, 'distinct run_id', tellsPrice) }
    },
  }
}
