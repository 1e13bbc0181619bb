import { Agent } from 'undici'
import { type ConnectorOptions, makeConnector } from './connector.ts'
import type { WebProxy } from './proxy.ts'

/** Agents kept, one for each connect timeout, header limit and proxy in use: those are few, a mistake must not add up. */
const maxAgents = 256
/** A server may ask for longer than ours with `keep-alive: timeout=`, but not for ten minutes of a socket. */
const maxKeepAliveMs = 30_000
const maxRememberedAddresses = 10_000

export interface AgentPool {
  agentFor(connectTimeoutMs: number, maxHeaderBytes: number, proxy: WebProxy | null): Agent
  /** Where this URL's host was last connected to; '' when it never was. */
  remoteAddressOf(url: URL): string
  close(): Promise<void>
}

export interface AgentPoolOptions extends Pick<ConnectorOptions, 'guard' | 'resolve' | 'overrideOf' | 'ca'> {
  maxConnectionsPerOrigin: number
  keepAliveMs: number
}

/** undici's connections, with what it can only be told once per agent and our policies want per request. keeps I7 */
export function makeAgentPool(options: AgentPoolOptions): AgentPool {
  const agents = new Map<string, Agent>()
  const addresses = new Map<string, string>()

  function onConnected(hostname: string, remoteAddress: string): void {
    if (addresses.size >= maxRememberedAddresses) addresses.delete(addresses.keys().next().value as string)
    addresses.set(hostname, remoteAddress)
  }

  return {
    agentFor(connectTimeoutMs, maxHeaderBytes, proxy) {
      const key = `${connectTimeoutMs}/${maxHeaderBytes}/${proxy?.id ?? 'direct'}`
      const known = agents.get(key)
      if (known !== undefined) return known
      const oldest = agents.entries().next().value
      if (agents.size >= maxAgents && oldest !== undefined) {
        agents.delete(oldest[0])
        // Its requests under way are let finish.
        void oldest[1].close()
      }
      const agent = new Agent({
        connect: makeConnector({ ...options, connectTimeoutMs, proxy, onConnected }),
        connections: options.maxConnectionsPerOrigin,
        keepAliveTimeout: options.keepAliveMs,
        keepAliveMaxTimeout: Math.max(options.keepAliveMs, maxKeepAliveMs),
        maxHeaderSize: maxHeaderBytes,
        pipelining: 1,
        allowH2: false,
      })
      agents.set(key, agent)
      return agent
    },
    remoteAddressOf: (url) => {
      const { hostname } = url
      return addresses.get(hostname.startsWith('[') ? hostname.slice(1, -1) : hostname) ?? ''
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
      agents.clear()
    },
  }
}
