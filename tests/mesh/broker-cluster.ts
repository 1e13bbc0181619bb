import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brokerUsers } from '@seine/contracts'
import { findNatsServer, type ManagedProcess, makeProcess, projectRoot } from '@seine/stack'

const run = promisify(execFile)
const ip = (...args: string[]) => run('ip', args)

/** As the base of the cluster's manifests has it. */
export const plainConfig = 'deploy/k8s/base/nats/nats.conf'
/** With certificates between the nodes. */
export const tlsConfig = 'deploy/k8s/components/nats-tls/nats.conf'

export interface ClusterNode {
  /** As the broker's answers call it: `nats-0`. */
  readonly name: string
  readonly address: string
  readonly process: ManagedProcess
  /** Takes its cable out: it runs on and reaches nobody, nor does anybody reach it. */
  cutOff(): Promise<void>
  plugIn(): Promise<void>
  /** An answer of its monitoring, `/healthz` say, while it can be reached. */
  ask(path: string): Promise<{ status: number; body: Record<string, unknown> }>
}

export interface BrokerCluster {
  readonly nodes: readonly ClusterNode[]
  /** For NATS_SERVERS. */
  readonly servers: string
  /** Of the user of that name; the same word, since nobody else is on this network. */
  readonly passwordOf: (user: string) => string
  stop(): Promise<void>
}

/** Whether this process may make networks of its own. */
export async function canMakeNetworks(): Promise<boolean> {
  const name = `seine-try-${process.pid}`
  try {
    await ip('netns', 'add', name)
    await ip('netns', 'del', name)
    return true
  } catch {
    return false
  }
}

/**
 * Three nats-servers with the cluster's own configuration, each in a network of its own as a pod is, wired to a switch that
 * this machine is at, too. Not started yet. `certificatesOf` gives the folder that a node has mounted for TLS.
 */
export async function makeBrokerCluster(options: {
  dir: string
  /** Below the project. */
  config: string
  /** Third number of its addresses (10.213.x.0/24): tests that run at once need different ones. */
  subnet: number
  certificatesOf?: (node: number) => string
  /** Absent, or of no such node: below `dir`. */
  homeOf?: (node: number) => string | undefined
  /** Who may do what. Absent: as the manifests have it, with {@link BrokerCluster.passwordOf}. */
  users?: string
  /** Clients are not told where the other nodes are: they reach each by an address of their own. */
  isHidden?: boolean
}): Promise<BrokerCluster> {
  const { dir, subnet } = options
  const binary = await findNatsServer(process.env.PATH)
  const text = await readFile(join(projectRoot, options.config), 'utf8')
  const addressOf = (node: number) => `10.213.${subnet}.${10 + node}`
  const passwordOf = (user: string) => `${user}-of-the-cluster`
  await removeNetworks(subnet)
  await ip('netns', 'add', switchOf(subnet))
  await inside(switchOf(subnet), 'link', 'add', 'switch', 'type', 'bridge')
  await inside(switchOf(subnet), 'link', 'set', 'switch', 'up')
  await wire(`seine${subnet}`, [], switchOf(subnet), 'here')
  await ip('addr', 'add', `10.213.${subnet}.1/24`, 'dev', `seine${subnet}`)
  await ip('link', 'set', `seine${subnet}`, 'up')

  async function makeNode(node: number): Promise<ClusterNode> {
    const [network, cable] = [networkOf(subnet, node), `node-${node}`]
    const home = options.homeOf?.(node) ?? join(dir, `nats-${node}`)
    await ip('netns', 'add', network)
    await wire('uplink', ['-n', network], switchOf(subnet), cable)
    await inside(network, 'addr', 'add', `${addressOf(node)}/24`, 'dev', 'uplink')
    await inside(network, 'link', 'set', 'uplink', 'up')
    await inside(network, 'link', 'set', 'lo', 'up')

    await mkdir(home, { recursive: true })
    const config = text
      .replace('/data', join(home, 'data'))
      .replace('/var/run/nats', home)
      .replaceAll('/etc/nats-cluster-tls', options.certificatesOf?.(node) ?? '')
      .replace('cluster {', options.isHidden ? 'cluster {\n  no_advertise: true' : 'cluster {')
    await writeFile(join(home, 'nats.conf'), config)
    await writeFile(
      join(home, 'users.conf'),
      options.users ?? (await readFile(join(projectRoot, 'deploy/k8s/base/nats/users.conf'), 'utf8')),
    )
    const cluster = passwordOf('cluster')
    const routes = [0, 1, 2].map((n) => [`NATS_ROUTE_${n}`, `nats://cluster:${cluster}@${addressOf(n)}:6222`])
    const passwords = brokerUsers.map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, passwordOf(user)])
    const ask = async (path: string) => {
      const answer = await fetch(`http://${addressOf(node)}:8222${path}`, { signal: AbortSignal.timeout(1_000) })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    return {
      name: `nats-${node}`,
      address: addressOf(node),
      cutOff: async () => void (await inside(switchOf(subnet), 'link', 'set', cable, 'down')),
      plugIn: async () => void (await inside(switchOf(subnet), 'link', 'set', cable, 'up')),
      ask,
      process: makeProcess({
        name: `nats-${node}`,
        command: 'ip',
        args: ['netns', 'exec', network, binary, '--config', join(home, 'nats.conf')],
        env: {
          PATH: process.env.PATH ?? '',
          POD_NAME: `nats-${node}`,
          NATS_CLUSTER_PASSWORD: cluster,
          ...Object.fromEntries([...routes, ...passwords]),
        },
        cwd: home,
        logFile: join(home, 'nats.log'),
        ready: () =>
          ask('/healthz?js-server-only=true').then(
            () => true,
            () => false,
          ),
        restart: false,
      }),
    }
  }

  const nodes = [await makeNode(0), await makeNode(1), await makeNode(2)]
  return {
    nodes,
    servers: nodes.map(({ address }) => `nats://${address}:4222`).join(','),
    passwordOf,
    async stop() {
      await Promise.all(nodes.map(({ process }) => process.kill('SIGKILL')))
      await removeNetworks(subnet)
    },
  }
}

/** In a network of its own, too: this machine's may have a firewall that looks at what bridges pass on. */
const switchOf = (subnet: number) => `seine-${subnet}-switch`
const networkOf = (subnet: number, node: number) => `seine-${subnet}-${node}`

const inside = (network: string, ...args: string[]) => ip('-n', network, ...args)

/** A cable: one end as it is named where `at` says (nothing: here), the other one in the switch. */
async function wire(end: string, at: string[], switchNetwork: string, plug: string): Promise<void> {
  await ip(...at, 'link', 'add', end, 'type', 'veth', 'peer', 'name', plug, 'netns', switchNetwork)
  await inside(switchNetwork, 'link', 'set', plug, 'master', 'switch', 'up')
}

/** Also what a test that was killed left behind. */
async function removeNetworks(subnet: number): Promise<void> {
  for (const node of [0, 1, 2]) await ip('netns', 'del', networkOf(subnet, node)).catch(() => undefined)
  await ip('netns', 'del', switchOf(subnet)).catch(() => undefined)
  await ip('link', 'del', `seine${subnet}`).catch(() => undefined)
}
