import { type Bucket, type Bus, RpcError } from '@seine/bus'
import { CatalogueError } from '@seine/catalogue'
import {
  type Host,
  hostKey,
  type Policy,
  type RobotsEntry,
  type RpcOutput,
  type RpcRequest,
  schedulerRpc,
} from '@seine/contracts'
import { forceHost } from '@seine/politeness'
import type { Logger, Part } from '@seine/runtime'
import { siteHosts } from '@seine/urls'
import { type Doer, recordAudit } from '../audit/record-audit.ts'
import { readSite } from '../catalogue/read-sites.ts'
import { usablePolicies } from '../catalogue/usable-policies.ts'
import type { Database } from '../database/sql.ts'
import { makeTestFetch } from './test-fetch.ts'
import { hostOf } from './view-host.ts'

/** Tries of a compare-and-set against fetchers that write the same entry. */
const maxConflicts = 20

/** Answers what is asked about hosts, out of the buckets that the fetchers keep. */
export function serveHosts(deps: {
  bus: Pick<Bus, 'serve' | 'call' | 'nowMs'>
  hosts: Pick<Bucket<unknown>, 'get' | 'create' | 'update'>
  robots: Pick<Bucket<RobotsEntry>, 'get'>
  policies: () => Promise<ReadonlyMap<string, Policy>>
  database: Database
  log: Logger
}): Part[] {
  const { bus, hosts, robots, database, log } = deps

  async function userAgents(): Promise<string[]> {
    try {
      return [...new Set([...(await deps.policies()).values()].map((policy) => policy.userAgent))]
    } catch (error) {
      // Without them nothing is said of a crawl delay; how the host is asked is known all the same.
      if (error instanceof CatalogueError) return []
      throw error
    }
  }

  async function view(host: string, clock: unknown): Promise<Host> {
    const file = await robots.get(hostKey(host))
    return hostOf(host, { clock, robots: file?.value ?? null }, await userAgents(), bus.nowMs())
  }

  async function find(host: string): Promise<Host | null> {
    const entry = await hosts.get(hostKey(host))
    return entry === null ? null : view(host, entry.value)
  }

  async function get(host: string): Promise<Host> {
    const found = await find(host)
    if (found === null) throw new RpcError('not-found', `no request was made to '${host}' yet`)
    return found
  }

  async function force({ host, to, reason }: RpcRequest<typeof schedulerRpc.forceHost>, doer: Doer): Promise<Host> {
    const key = hostKey(host)
    const deed = { action: 'breaker.forced', subject: host, details: { to: to ?? 'automatic', reason } }
    // The entry in the bucket is no part of the transaction: written last, it is undone by nothing.
    const state = await database.transaction(async (sql) => {
      await recordAudit(sql, doer, deed, bus.nowMs())
      for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
        const entry = await hosts.get(key)
        const forced = forceHost(entry?.value, to, reason, bus.nowMs())
        const written =
          entry === null ? await hosts.create(key, forced) : await hosts.update(key, forced, entry.revision)
        if (written !== null) return forced
      }
      throw new RpcError('unavailable', `the state of '${host}' changes too fast; try again`)
    })
    log.warn('breaker ordered', { host, to: to ?? 'automatic', reason, actor: doer.actor })
    return view(host, state)
  }

  async function listOfSite({
    site,
    page,
    perPage,
  }: RpcRequest<typeof schedulerRpc.listSiteHosts>): Promise<RpcOutput<typeof schedulerRpc.listSiteHosts>> {
    const entry = await readSite(database, site)
    const all = [...siteHosts(entry.site)].sort()
    const shown = all.slice((page - 1) * perPage, page * perPage)
    return {
      hosts: await Promise.all(shown.map(async (host) => ({ host, state: await find(host) }))),
      total: all.length,
    }
  }

  const { call, nowMs } = bus
  const testFetch = makeTestFetch({ call, database, policies: usablePolicies(deps), nowMs })
  return [
    bus.serve(schedulerRpc.testFetch, testFetch),
    bus.serve(schedulerRpc.getHost, ({ host }) => get(host)),
    bus.serve(schedulerRpc.forceHost, force),
    bus.serve(schedulerRpc.listSiteHosts, listOfSite),
  ]
}
