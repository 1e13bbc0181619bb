import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { authorizationConfig, type BrokerUser, brokerUsers } from '@seine/contracts'
import { findNatsServer, type ManagedProcess, makeNatsServer } from '@seine/stack'
import { makeBrokerCluster, plainConfig } from '../mesh/broker-cluster.ts'
import type { Cable } from './pod.ts'

/** A node of the broker, and where the end of a service's wire finds it. */
export interface BrokerNode {
  readonly process: ManagedProcess
  readonly host: string
  readonly port: number
  /** Null: it can't be pulled. */
  readonly cable: Cable | null
}

/** The broker, not started yet. */
export interface Brokers {
  readonly nodes: readonly BrokerNode[]
  readonly passwordOf: (user: BrokerUser) => string
  /** As a user who may do everything, past all wires. */
  readonly servers: readonly string[]
  stop(): Promise<void>
}

/** How many nodes there may be: one, or three as the manifests have it. */
export const brokerCounts = [1, 3] as const
export type BrokerCount = (typeof brokerCounts)[number]

/** The nodes by name, in their order. */
export const brokerNamesOf = (count: BrokerCount): readonly string[] =>
  count === 1 ? ['nats'] : Array.from({ length: count }, (_, node) => `nats-${node}`)

/** Third number of the cluster's addresses: tests of the mesh have others. */
const subnet = 90
/** More than its disk has: what streams may hold is reserved when they are made. */
const maxStoreBytes = 28 * 1_024 ** 3

/** @param firstHome folder of the first node: its disk can be filled. */
export async function makeBrokers(
  count: BrokerCount,
  { dir, firstHome, logFolder }: { dir: string; firstHome: string; logFolder: string },
): Promise<Brokers> {
  const secret = () => randomBytes(32).toString('base64url')
  const passwords = Object.fromEntries(brokerUsers.map((user) => [user, secret()])) as Record<BrokerUser, string>
  const operatorPassword = secret()
  const passwordOf = (user: BrokerUser) => passwords[user]
  const users = authorizationConfig(
    (user) => JSON.stringify(passwordOf(user)),
    [`    { user: operator, password: ${JSON.stringify(operatorPassword)} }`],
  )
  const serversOf = (nodes: readonly BrokerNode[]) =>
    nodes.map(({ host, port }) => `nats://operator:${operatorPassword}@${host}:${port}`)

  if (count === 1) {
    const nats = await makeNatsServer({
      binary: await findNatsServer(process.env.PATH),
      ...{ dir: firstHome, logFile: join(logFolder, 'nats.log'), maxStoreBytes, configuration: users, restart: false },
    })
    const nodes = [{ process: nats.process, host: '127.0.0.1', port: Number(new URL(nats.url).port), cable: null }]
    return { nodes, passwordOf, servers: serversOf(nodes), stop: () => nats.process.stop() }
  }
  const homeOf = (node: number) => (node === 0 ? firstHome : undefined)
  const cluster = await makeBrokerCluster({ dir, config: plainConfig, subnet, homeOf, users, isHidden: true })
  const nodes = cluster.nodes.map(({ process, address, cutOff, plugIn }): BrokerNode => {
    return { process, host: address, port: 4_222, cable: { cut: cutOff, plugIn } }
  })
  return { nodes, passwordOf, servers: serversOf(nodes), stop: cluster.stop }
}
