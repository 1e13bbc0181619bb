import { RpcError } from '@seine/bus'
import type { RpcOutput, RpcRequest, SitePage, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'
import { utc } from '../database/utc.ts'

type List = RpcOutput<typeof schedulerRpc.listPages>
type Query = RpcRequest<typeof schedulerRpc.listPages>
type One = RpcOutput<typeof schedulerRpc.getPage>

const orders: Record<Query['sort'], string> = {
  url: 'p.url',
  '-url': 'p.url desc',
  price: 'p.price nulls last, p.url',
  '-price': 'p.price desc nulls last, p.url',
  changed: 'p.changed_at nulls last, p.url',
  '-changed': 'p.changed_at desc nulls last, p.url',
}

/** A page that failed or was skipped, and that the site's last run has not heard of. */
const isLetGo = `(p.state in ('failed', 'skipped') and p.last_run_id <> e.run_id)`
const state = `case when ${isLetGo} then 'gone' else p.state end`

const columns = `p.id, p.site, p.url, ${state} as state, case when ${isLetGo} then 'in-no-source' else p.reason end as reason, p.status, p.title, p.name, p.price, p.currency, p.availability, p.issues,
  case when p.changed_run_id is null then null
    else json_build_object('runId', p.changed_run_id, 'at', ${utc('p.changed_at')}, 'changes', p.changes) end as changed,
  json_build_object('runId', p.first_run_id, 'at', ${utc('p.first_at')}) as "firstSeen",
  json_build_object('runId', coalesce(p.last_run_id, e.run_id), 'at', ${utc('coalesce(p.last_at, e.at)')}) as "lastSeen"`

const from = 'from site_pages p join site_exports e on e.site = p.site'

/** Answers what is known of a site's pages beyond its runs, a bounded page of them at a time. */
export function makeReadPages(database: Database) {
  async function requireSite(site: string): Promise<void> {
    const [known] = await database.query('select 1 from sites where name = $1', [site])
    if (known === undefined) throw new RpcError('not-found', `no site '${site}'`)
  }

  return {
    async list(query: Query): Promise<List> {
      await requireSite(query.site)
      const { where, values } = conditionsOf(query)
      const n = values.length
      const [pages, [count]] = await Promise.all([
        database.query<SitePage>(
          // What is shown is made of the rows that are shown alone, not of those before them.
          `select ${columns} from (
             select p.* ${from} where ${where} order by ${orders[query.sort]} limit $${n + 1} offset $${n + 2}
           ) p join site_exports e on e.site = p.site order by ${orders[query.sort]}`,
          [...values, query.perPage, (query.page - 1) * query.perPage],
        ),
        database.query<{ total: number }>(`select count(*)::int as total ${from} where ${where}`, values),
      ])
      return { pages, total: count?.total ?? 0 }
    },
    async get({ site, pageId }: { site: string; pageId: string }): Promise<One> {
      const [row] = await database.query<SitePage & { lastRunId: string }>(
        `select ${columns}, e.run_id as "lastRunId" ${from} where p.id = $1 and p.site = $2`,
        [pageId, site],
      )
      if (row === undefined) throw new RpcError('not-found', `site '${site}' has no page ${pageId}`)
      const { lastRunId, ...page } = row
      return { page, lastRunId }
    },
  }
}

function conditionsOf(query: Query): { where: string; values: unknown[] } {
  const conditions: string[] = []
  const values: unknown[] = []
  const add = (condition: (place: string) => string, value: unknown): void => {
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  const { site, status, issue, changed, search } = query
  add((place) => `p.site = ${place}`, site)
  if (typeof status === 'number') add((place) => `p.status = ${place}`, status)
  else if (status === 'none') conditions.push('p.status = 0')
  else if (status !== undefined) add((place) => `p.status / 100 = ${place}::int`, Number(status[0]))
  if (query.state !== undefined) add((place) => `${state} = ${place}`, query.state)
  if (issue !== undefined) add((place) => `${place} = any(p.issues)`, issue)
  if (changed !== undefined) conditions.push(`(p.changed_run_id is not distinct from e.run_id) = ${changed}`)
  if (search !== undefined) {
    const like = (place: string): string =>
      ['p.url', 'p.title', 'p.name'].map((column) => `${column} ilike ${place}`).join(' or ')
    add((place) => `(${like(place)})`, `%${search.replace(/[\\%_]/g, '\\$&')}%`)
  }
  return { where: conditions.join(' and '), values }
}
