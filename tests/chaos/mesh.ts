import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bus, connectBus, provision } from '@seine/bus'
import type { ServiceName } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import {
  freePort,
  type ManagedProcess,
  makePostgres,
  makeProcess,
  makeServiceProcess,
  portAccepts,
  stopInOrder,
} from '@seine/stack'
import { eventually } from '@seine/testkit'
import { type BrokerCount, type BrokerNode, makeBrokers } from './brokers.ts'
import type { DiskName, Server } from './fault.ts'
import type { Outside, Pod } from './pod.ts'
import { type Link, linkOf, makeWire } from './wire.ts'

/** Replicas of each service. */
export const replicas: Readonly<Record<ServiceName, number>> = { scheduler: 2, fetcher: 3, exporter: 2, gateway: 2 }

/** Their names, and the broker user of each. */
export const serviceNamesOfMesh: readonly { name: string; service: ServiceName }[] = Object.entries(replicas).flatMap(
  ([service, count]) =>
    Array.from({ length: count }, (_, i) => ({ name: `${service}-${i + 1}`, service: service as ServiceName })),
)

/** A service with all that can be done to it. */
export interface Member {
  readonly name: string
  readonly process: ManagedProcess
  readonly pod: Pod
  readonly wires: Readonly<Record<Server, Link>>
  /** Moves its wall clock from now on, also of the next process of that name. 0: it is right. */
  moveClock(offByMs: number): Promise<void>
}

export interface ChaosMesh {
  readonly members: ReadonlyMap<string, Member>
  /** Everything that runs, broker, database and object store with it. */
  readonly processes: ReadonlyMap<string, ManagedProcess>
  readonly gatewayUrls: readonly string[]
  readonly apiKey: string
  readonly brokers: readonly BrokerNode[]
  /** As a user who may do everything, past all wires. */
  readonly natsServers: readonly string[]
  readonly databaseUrl: string
  stop(): Promise<void>
}

export interface ChaosMeshOptions {
  /** Logs and what is no store. */
  readonly dir: string
  readonly podOf: (name: string) => Pod
  readonly outside: Outside
  /** Of fetchers. */
  readonly env: Readonly<Record<string, string>>
  readonly sites: readonly object[]
  readonly policies: object
  readonly folderOf: (disk: DiskName) => string
  readonly brokers: BrokerCount
}

/** How long a task may be out before it is looked for: rounds are short. */
const leaseMs = 5_000

/** Starts broker, database, object store and all services, each service with wires of its own to broker and database. */
export async function startChaosMesh(options: ChaosMeshOptions): Promise<ChaosMesh> {
  const { dir, outside } = options
  const logFolder = join(dir, 'logs')
  await mkdir(logFolder, { recursive: true })
  const brokers = await makeBrokers(options.brokers, {
    dir,
    firstHome: join(options.folderOf('broker'), 'nats'),
    logFolder,
  })
  const postgres = await makePostgres({
    dir: join(options.folderOf('database'), 'postgres'),
    logFile: join(logFolder, 'postgres.log'),
    durability: 'fast',
    restart: false,
  })
  const s3Port = await freePort()
  const s3 = makeProcess({
    name: 's3',
    command: process.execPath,
    args: [join(import.meta.dirname, 's3-main.ts'), '0.0.0.0', String(s3Port), options.folderOf('artifacts'), 'seine'],
    env: { PATH: process.env.PATH ?? '' },
    cwd: dir,
    logFile: join(logFolder, 's3.log'),
    ready: () => portAccepts(s3Port),
    // A full disk may end it, as it may end any server.
    restart: true,
  })
  const nodes = brokers.nodes.map(({ process }) => process)
  const base = [...nodes, postgres.process, s3]
  const processes = new Map(base.map((process) => [process.name, process]))
  const members = new Map<string, Member>()
  const gatewayUrls: string[] = []
  const apiKey = randomBytes(32).toString('base64url')

  async function makeMember({ name, service }: { name: string; service: ServiceName }): Promise<Member> {
    const pod = options.podOf(name)
    const wireTo = (target: { host: string; port: number }) => makeWire(pod.gatewayAddress, target)
    const brokerWires = await Promise.all(brokers.nodes.map(wireTo))
    const { port: databasePort } = new URL(postgres.url)
    const databaseWire = await wireTo({ host: '127.0.0.1', port: Number(databasePort) })
    const wires = { nats: linkOf(brokerWires), postgres: databaseWire }
    const clockFile = join(dir, `${name}.clock`)
    const moveClock = (offByMs: number) => writeFile(clockFile, String(offByMs))
    await moveClock(0)
    const databaseUrl = new URL(postgres.url)
    databaseUrl.hostname = pod.gatewayAddress
    databaseUrl.port = String(databaseWire.port)
    const own: Record<ServiceName, () => Promise<Record<string, string>>> = {
      scheduler: async () => ({
        DATABASE_URL: databaseUrl.href,
        DATABASE_MIGRATE: 'true',
        SITES_FILE: join(dir, 'sites.json'),
        POLICIES_FILE: join(dir, 'policies.yml'),
        BULK_MAX_CONCURRENCY: '50',
        LEASE_MS: String(leaseMs),
        PUBLIC_URL: 'http://chaos.test',
      }),
      fetcher: async () => ({ ...options.env }),
      exporter: async () => ({ EXPORT_TMP_DIR: join(options.folderOf('spool'), name) }),
      gateway: async () => {
        const port = await freePort()
        gatewayUrls.push(`http://${pod.address}:${port}`)
        return {
          GATEWAY_HOST: pod.address,
          GATEWAY_PORT: String(port),
          BOOTSTRAP_API_KEY: apiKey,
          RATE_LIMIT_KEY: 'off',
        }
      },
    }
    const process = await makeServiceProcess({
      service,
      name,
      env: {
        PATH: globalThis.process.env.PATH,
        HOME: globalThis.process.env.HOME,
        LOG_LEVEL: 'info',
        CHAOS_CLOCK_FILE: clockFile,
        NODE_OPTIONS: `--max-old-space-size=192 --max-semi-space-size=8 --import ${join(import.meta.dirname, 'clock-offset.ts')}`,
        NATS_SERVERS: brokerWires.map(({ port }) => `nats://${pod.gatewayAddress}:${port}`).join(),
        NATS_USER: service,
        NATS_PASSWORD: brokers.passwordOf(service),
        ARTIFACTS: 's3',
        S3_ENDPOINT: `http://${outside.webAddress}:${s3Port}`,
        S3_ACCESS_KEY: 'S3RVER',
        S3_SECRET_KEY: 'S3RVER',
        S3_BUCKET: 'seine',
        ...(await own[service]()),
      },
      logFolder,
      healthHost: pod.address,
      runBy: pod.runBy,
      restart: false,
      stopTimeoutMs: 10_000,
    })
    const member = { name, process, pod, wires, moveClock }
    members.set(name, member)
    processes.set(name, process)
    return member
  }

  async function stop(): Promise<void> {
    // What is stopped may be paused.
    for (const { pid } of processes.values()) if (pid !== null) process.kill(pid, 'SIGCONT')
    const services = [...members.values()].map(({ process }) => process)
    await stopInOrder([services, [postgres.process, s3]])
    await brokers.stop()
    for (const { wires } of members.values()) for (const wire of Object.values(wires)) await wire[Symbol.asyncDispose]()
  }

  try {
    await writeFile(join(dir, 'sites.json'), JSON.stringify({ sites: options.sites }))
    // JSON is YAML.
    await writeFile(join(dir, 'policies.yml'), JSON.stringify({ policies: options.policies }))
    await Promise.all(base.map((process) => process.start()))
    await using bus: Bus = await connectBus({ servers: brokers.servers, name: 'provisioner' }, silentLogger)
    // Nodes have to find each other first.
    await eventually(() => provision(bus, { replicas: options.brokers }), { timeoutMs: 60_000 })
    const made = await Promise.all(serviceNamesOfMesh.map(makeMember))
    await Promise.all(made.map(({ process }) => process.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...{ members, processes, brokers: brokers.nodes, gatewayUrls, apiKey },
    ...{ natsServers: brokers.servers, databaseUrl: postgres.url, stop },
  }
}

/** What a process wrote so far. Empty: nothing. */
export const logOf = (process: ManagedProcess): Promise<string> => readFile(process.logFile, 'utf8').catch(() => '')
