import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { connectBus, provision } from '@seine/bus'
import { authorizationConfig, type BrokerUser, brokerUsers } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { freePort } from './free-port.ts'
import { findNatsServer, makeNatsServer } from './nats-server.ts'
import { makePostgres } from './postgres.ts'
import { identify } from './process-identity.ts'
import { type ManagedProcess, type ProcessState, stopInOrder } from './processes.ts'
import { makeServiceProcess } from './service-process.ts'
import { claimStackFile, removeStackFile, type StackFile, writeStackFile } from './stack-file.ts'

export interface StackOptions {
  /** Everything the stack keeps: broker store, database, logs, `stack.json`. One stack a folder. */
  readonly dir: string
  /** Replicas. */
  readonly fetchers: number
  /** Fetchers with a browser, for sites that are rendered. Absent: none. They need a Chromium. */
  readonly browserFetchers?: number
  readonly exporters?: number
  readonly schedulers?: number
  readonly sitesFile: string
  readonly policiesFile: string
  /** Environment of the services; what the stack decides (addresses, ports) goes before it. Holds PATH. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** `durable` for people's data, `fast` for tests. */
  readonly durability: 'durable' | 'fast'
  /** Whether what crashes is started again. */
  readonly restart: boolean
  /** Absent: `preferred`, where bookmarks of the dashboard expect it, if that port is free. */
  readonly gatewayPort?: 'preferred' | 'any'
  /** How long a process may drain before it is killed. */
  readonly stopTimeoutMs?: number
  /** Asked when it should stop while still starting. */
  readonly signal?: AbortSignal
  /** One line for people: what is being fetched, what has started, what crashed. */
  readonly onLine?: (line: string) => void
}

export interface Stack extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly gatewayUrl: string
  /** With the credentials of a user who may do everything: for people and tests. */
  readonly natsUrl: string
  readonly databaseUrl: string
  /** An admin's key, good as long as the stack runs. */
  readonly apiKey: string
  /** Makes the first admin where there is no user yet, once. */
  readonly setupToken: string
  readonly logFolder: string
  /** By name: `nats`, `postgres`, `scheduler-1`, `fetcher-1`, `fetcher-browser-1`, …, `exporter-1`, `gateway-1`. */
  readonly processes: ReadonlyMap<string, ManagedProcess>
  /** In order: gateway, fetchers, exporters, schedulers, then what they stand on. */
  stop(): Promise<void>
}

/** So that a bookmark of the dashboard keeps working. */
const preferredGatewayPort = 8_421

/**
 * Starts the whole mesh on this machine: broker, streams, database, services, each a process on a free loopback port.
 * Throws StackRunning when one runs from the folder already, and the first process's own words when it does not start;
 * nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir, onLine = () => {} } = options
  let file: StackFile = await claimStackFile(dir)
  const processes = new Map<string, ManagedProcess>()
  let stopping = false
  const shared = {
    restart: options.restart,
    onChange: ({ name, state, detail }: { name: string; state: ProcessState; detail: string }) => {
      if (state === 'backing-off') onLine(`${name} ended by itself: ${detail}`)
      record()
    },
  }

  /** Crash recovery changes process numbers: `stopStack` has to find the new ones. */
  let recording: Promise<void> = Promise.resolve()
  function record(change: Partial<StackFile> = {}) {
    const running = [...processes.values()].flatMap(({ name, pid }) => {
      const identity = pid === null ? null : identify(pid)
      return identity === null ? [] : [{ name, ...identity }]
    })
    file = { ...file, ...change, processes: running }
    const content = file
    recording = recording.then(() => writeStackFile(dir, content))
  }

  async function start(process: ManagedProcess): Promise<void> {
    options.signal?.throwIfAborted()
    if (stopping) throw new Error(`${process.name} is not started: the stack stops`)
    processes.set(process.name, process)
    await process.start()
    onLine(`${process.name} is up`)
  }

  async function stop(): Promise<void> {
    stopping = true
    const named = (prefix: string) => [...processes.values()].filter(({ name }) => name.startsWith(prefix))
    const order = ['gateway', 'fetcher', 'exporter', 'scheduler'].map(named)
    await stopInOrder([...order, [...named('nats'), ...named('postgres')]])
    await recording
    await removeStackFile(dir)
  }

  try {
    const passwords = Object.fromEntries(brokerUsers.map((user) => [user, newSecret()])) as Record<BrokerUser, string>
    const operatorPassword = newSecret()
    const nats = await makeNatsServer({
      binary: await findNatsServer(options.env.PATH, onLine),
      dir: join(dir, 'nats'),
      configuration: authorizationConfig(
        (user) => JSON.stringify(passwords[user]),
        [`    { user: operator, password: ${JSON.stringify(operatorPassword)} }`],
      ),
      ...shared,
    })
    const postgres = await makePostgres({ dir: join(dir, 'postgres'), durability: options.durability, ...shared })
    await Promise.all([start(nats.process), start(postgres.process)])
    await provisionBroker(withCredentials(nats.url, 'provisioner', passwords.provisioner), onLine)

    const gatewayPort = await freePort(options.gatewayPort === 'any' ? undefined : preferredGatewayPort)
    const logFolder = join(dir, 'logs')
    const service = (name: 'scheduler' | 'fetcher' | 'exporter' | 'gateway', replica: number | string, env = {}) =>
      makeServiceProcess({
        service: name,
        name: `${name}-${replica}`,
        env: {
          LOG_LEVEL: 'info',
          ARTIFACTS: 'jetstream',
          ...(name === 'gateway' ? options.env : withoutGatewaySecrets(options.env)),
          NATS_SERVERS: nats.url,
          NATS_USER: name,
          NATS_PASSWORD: passwords[name],
          ...env,
        },
        logFolder,
        stopTimeoutMs: options.stopTimeoutMs ?? 15_000,
        ...shared,
      })
    const schedulerEnv = {
      DATABASE_URL: postgres.url,
      DATABASE_MIGRATE: 'true',
      SITES_FILE: options.sitesFile,
      POLICIES_FILE: options.policiesFile,
      PUBLIC_URL: options.env.PUBLIC_URL ?? `http://127.0.0.1:${gatewayPort}`,
    }
    const apiKey = options.env.BOOTSTRAP_API_KEY ?? newSecret()
    const setupToken = options.env.SETUP_TOKEN ?? newSecret()
    const gatewayEnv = {
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_PORT: String(gatewayPort),
      BOOTSTRAP_API_KEY: apiKey,
      SETUP_TOKEN: setupToken,
    }
    await Promise.all([
      ...replicas(options.schedulers ?? 1).map(async (n) => start(await service('scheduler', n, schedulerEnv))),
      ...replicas(options.fetchers).map(async (n) => start(await service('fetcher', n))),
      ...replicas(options.browserFetchers ?? 0).map(async (n) =>
        start(await service('fetcher', `browser-${n}`, { FETCH_POOL: 'browser' })),
      ),
      ...replicas(options.exporters ?? 1).map(async (n) => start(await service('exporter', n))),
      start(await service('gateway', 1, gatewayEnv)),
    ])
    const addresses = {
      gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
      natsUrl: withCredentials(nats.url, 'operator', operatorPassword),
      databaseUrl: postgres.url,
    }
    record({ state: 'ready', ...addresses, apiKey, setupToken })
    await recording
    return { ...addresses, apiKey, setupToken, logFolder, processes, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const newSecret = () => randomBytes(32).toString('base64url')

function withCredentials(url: string, user: string, password: string): string {
  return url.replace('://', `://${user}:${password}@`)
}

function replicas(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1)
}

async function provisionBroker(url: string, onLine: (line: string) => void): Promise<void> {
  await using bus = await connectBus({ servers: [url], name: 'provisioner' }, silentLogger)
  const changes = await provision(bus, { replicas: 1 })
  if (changes.length > 0) onLine(`broker: ${changes.length} streams, consumers and buckets created or updated`)
}

/** What only the gateway has to know. */
const gatewaySecrets = ['ADMIN_USER', 'ADMIN_PASSWORD', 'SETUP_TOKEN', 'BOOTSTRAP_API_KEY', 'SEINE_API_KEY']

function withoutGatewaySecrets(env: StackOptions['env']): StackOptions['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !gatewaySecrets.includes(name)))
}
