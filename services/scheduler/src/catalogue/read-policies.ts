import { RpcError } from '@seine/bus'
import type { Policy, RpcOutput, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

/** Sites named with a policy. */
const maxSitesNamed = 1_000

/** Answers what policies there are and who uses them. */
export function makeReadPolicies(deps: { database: Database; policies: () => Promise<ReadonlyMap<string, Policy>> }) {
  const { database } = deps
  return {
    async list(): Promise<RpcOutput<typeof schedulerRpc.listPolicies>> {
      const rows = await database.query<{ policy: string; n: number }>(
        `select coalesce(config->>'policy', 'default') as policy, count(*)::int as n from sites group by 1`,
      )
      const used = new Map(rows.map(({ policy, n }) => [policy, n]))
      const policies = [...(await deps.policies())].sort(([a], [b]) => (a < b ? -1 : 1))
      return { policies: policies.map(([name, policy]) => ({ name, policy, sites: used.get(name) ?? 0 })) }
    },

    async get({ name }: { name: string }): Promise<RpcOutput<typeof schedulerRpc.getPolicy>> {
      const policy = (await deps.policies()).get(name)
      if (policy === undefined) throw new RpcError('not-found', `no policy '${name}'`)
      const rows = await database.query<{ name: string; total: number }>(
        `select name, (count(*) over ())::int as total from sites
         where coalesce(config->>'policy', 'default') = $1 order by name limit ${maxSitesNamed}`,
        [name],
      )
      return { name, policy, sites: rows.map((row) => row.name), sitesTotal: rows[0]?.total ?? 0 }
    },
  }
}
