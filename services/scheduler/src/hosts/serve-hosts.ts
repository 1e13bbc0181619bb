import { type Bucket, type Bus, RpcError } from '@seine/bus'
import { type Host, hostKey, schedulerRpc } from '@seine/contracts'
import { forceHost, viewHost } from '@seine/politeness'
import type { Logger, Part } from '@seine/runtime'

/** Tries of a compare-and-set against fetchers that write the same entry. */
const maxConflicts = 20

/** Answers what is asked about hosts, out of the `hosts` bucket that the fetchers keep. */
export function serveHosts(deps: {
  bus: Pick<Bus, 'serve' | 'nowMs'>
  hosts: Pick<Bucket<unknown>, 'get' | 'create' | 'update'>
  log: Logger
}): Part[] {
  const { bus, hosts, log } = deps

  async function get(host: string): Promise<Host> {
    const entry = await hosts.get(hostKey(host))
    if (entry === null) throw new RpcError('not-found', `no request was made to '${host}' yet`)
    return { host, ...viewHost(entry.value, bus.nowMs()) }
  }

  async function force(host: string, to: 'open' | 'closed' | null, reason: string): Promise<Host> {
    const key = hostKey(host)
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const entry = await hosts.get(key)
      const state = forceHost(entry?.value, to, reason, bus.nowMs())
      const written = entry === null ? await hosts.create(key, state) : await hosts.update(key, state, entry.revision)
      if (written === null) continue
      // An audit line: an operator's order outlives every run.
      log.warn('breaker ordered', { host, to: to ?? 'automatic', reason })
      return { host, ...viewHost(state, bus.nowMs()) }
    }
    throw new RpcError('unavailable', `the state of '${host}' changes too fast; try again`)
  }

  return [
    bus.serve(schedulerRpc.getHost, ({ host }) => get(host)),
    bus.serve(schedulerRpc.forceHost, ({ host, to, reason }) => force(host, to, reason)),
  ]
}
