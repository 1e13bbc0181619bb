import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, makeClient, type RunDetail } from '@seine/client'
import type { RunOptions } from '@seine/contracts'
import { type ManagedProcess, projectRoot, type Stack, startStack } from '@seine/stack'
import { eventually } from './eventually.ts'
import { readZip } from './read-zip.ts'
import { temporaryFolder } from './test-server.ts'

export interface MeshOptions {
  /** Entries of `sites.json`. */
  readonly sites: readonly object[]
  /** Default 2. */
  readonly fetchers?: number
  /** Fetchers with a browser. Default 0; they need a Chromium. */
  readonly browserFetchers?: number
  readonly exporters?: number
  readonly schedulers?: number
  /** Absent: the project's own `config/policies.yml`. */
  readonly policiesFile?: string
  /** On top of what services need to run: HOST_OVERRIDES, LEASE_MS, … */
  readonly env?: Readonly<Record<string, string>>
  /** Whether a killed process comes back by itself. Default: only `start` brings it back. */
  readonly restart?: boolean
}

/** The whole system as processes on this machine, driven through its REST API. */
export interface Mesh extends AsyncDisposable {
  readonly gatewayUrl: string
  /** An admin's: what `client` sends, and `seine` takes as SEINE_API_KEY. */
  readonly apiKey: string
  readonly natsUrl: string
  readonly databaseUrl: string
  readonly processes: Stack['processes']
  /** SIGKILL: `nats`, `postgres`, `scheduler-1`, `fetcher-1`, `exporter-1`, `gateway-1`, … */
  kill(name: string): Promise<void>
  /** Starts what was killed, at its old address; resolves when it is ready. */
  start(name: string): Promise<void>
  /** What the process wrote so far. */
  logOf(name: string): string
  readonly client: Client
  /** Entries of `sites.json` from now on. */
  configure(sites: readonly object[]): Promise<void>
  /** Waits for the run's end and gives it, whatever its status. */
  untilEnded(id: string, timeoutMs?: number): Promise<RunDetail>
  /** Starts a run and waits for its end. */
  run(options?: Partial<RunOptions>, timeoutMs?: number): Promise<RunDetail>
  /** The run's `reports.zip`, by path. */
  archive(id: string): Promise<Map<string, Buffer>>
  stop(): Promise<void>
}

export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const dir = await temporaryFolder('mesh')
  const sitesFile = join(dir, 'sites.json')
  const configure = (sites: readonly object[]) => writeFile(sitesFile, JSON.stringify({ sites }))
  await mkdir(dir, { recursive: true })
  await configure(options.sites)
  const stack = await startStack({
    dir,
    sitesFile,
    policiesFile: options.policiesFile ?? join(projectRoot, 'config/policies.yml'),
    fetchers: options.fetchers ?? 2,
    browserFetchers: options.browserFetchers ?? 0,
    exporters: options.exporters ?? 1,
    schedulers: options.schedulers ?? 1,
    // Tests ask more often than people and programs do.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, RATE_LIMIT_KEY: 'off', ...options.env },
    durability: 'fast',
    // Meshes of several tests start at once; the preferred port would be free for all of them.
    gatewayPort: 'any',
    restart: options.restart ?? false,
    stopTimeoutMs: 5_000,
  })
  const processOf = (name: string): ManagedProcess => {
    const process = stack.processes.get(name)
    if (process === undefined) throw new Error(`no process '${name}' among ${[...stack.processes.keys()].join(', ')}`)
    return process
  }

  const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })

  const untilEnded = (id: string, timeoutMs = 120_000) =>
    eventually(
      async () => {
        const run = await client.getRun(id)
        if (run.finishedAt === null) throw new Error(`run ${id} is ${run.status}: ${JSON.stringify(run.counts)}`)
        return run
      },
      { timeoutMs },
    )

  const stop = async () => {
    await stack.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }

  return {
    gatewayUrl: stack.gatewayUrl,
    apiKey: stack.apiKey,
    natsUrl: stack.natsUrl,
    databaseUrl: stack.databaseUrl,
    processes: stack.processes,
    kill: (name) => processOf(name).kill('SIGKILL'),
    start: (name) => startAgain(processOf(name)),
    logOf: (name) => readFileSync(processOf(name).logFile, 'utf8'),
    client,
    configure,
    untilEnded,
    run: async (runOptions = {}, timeoutMs) => untilEnded((await client.createRun(runOptions)).id, timeoutMs),
    async archive(id) {
      const download = await client.archive(id)
      if (download === null) throw new Error(`run ${id} has no archive`)
      return readZip(await buffer(download.body))
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Tries in which what was killed lets go of its port or its shared memory. */
const maxStarts = 10

/** Starts a process as a supervisor would: PostgreSQL's children outlive its SIGKILL by a moment. */
async function startAgain(process: ManagedProcess): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await process.start()
    } catch (error) {
      if (tries === maxStarts) throw error
      await sleep(200)
    }
  }
}
