import { constants } from 'node:fs'
import { access, mkdir, readFile, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { makeClient } from '@seine/client'
import { binaryFolders, locateNatsServer, postgresBinaries, projectRoot, runningStack } from '@seine/stack'
import type { CommandIo } from './command.ts'
import { formatBytes } from './format.ts'
import { apiKeyFor, gatewayUrl } from './gateway.ts'
import { stackFolder } from './stack-folder.ts'

/** `optional`: only some of the mesh's abilities need it. */
export interface Finding {
  readonly state: 'ok' | 'optional' | 'missing'
  readonly found: string
  /** What to do about it. Null: nothing. */
  readonly mend: string | null
}

const ok = (found: string): Finding => ({ state: 'ok', found, mend: null })
const optional = (found: string, mend: string): Finding => ({ state: 'optional', found, mend })
const missing = (found: string, mend: string): Finding => ({ state: 'missing', found, mend })

/** Types are stripped since 22.18 and 24; what is tested is 24. */
const oldestNode = 24
const gatewayPort = 8080
/** A run over many sites keeps its results for two weeks. */
const enoughDiskBytes = 5e9
const leastDiskBytes = 5e8
const enoughMemoryBytes = 1.5e9
const browsers = ['chromium-headless-shell', 'chrome-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** What is looked at, in the order in which it is told. */
export function checksFor(
  io: Pick<CommandIo, 'env' | 'cwd'>,
  gateway: string | undefined,
): { name: string; check: () => Promise<Finding> }[] {
  return [
    { name: 'Node', check: async () => checkNode(process.versions.node) },
    { name: 'packages', check: () => checkPackages(projectRoot) },
    { name: 'nats-server', check: () => checkNats(io.env.PATH) },
    { name: 'PostgreSQL', check: checkPostgres },
    { name: 'Chromium', check: () => checkChromium(io.env) },
    { name: 'memory', check: async () => checkMemory(totalmem()) },
    { name: 'disk', check: () => checkDisk(stackFolder(io)) },
    { name: `port ${gatewayPort}`, check: () => checkPort(io) },
    { name: 'gateway', check: () => checkGateway(io, gateway) },
  ]
}

export function checkNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= oldestNode) return ok(version)
  return missing(
    version,
    `install Node ${oldestNode}, or run with the one that "npm ci" brings: node_modules/.bin/node`,
  )
}

async function checkPackages(root: string): Promise<Finding> {
  const there = await readFile(join(root, 'node_modules/.package-lock.json')).then(
    () => true,
    () => false,
  )
  return there ? ok('installed') : missing('not installed', 'npm ci')
}

async function checkNats(path: string | undefined): Promise<Finding> {
  try {
    return ok(await locateNatsServer(path))
  } catch (error) {
    return optional(error instanceof Error ? error.message : String(error), '"seine up" fetches one if it may')
  }
}

async function checkPostgres(): Promise<Finding> {
  try {
    return ok(await postgresBinaries(null))
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error), 'npm ci, with optional packages')
  }
}

export async function checkChromium(env: Readonly<Record<string, string | undefined>>): Promise<Finding> {
  const mend = 'Debian: apt-get install chromium-headless-shell; or set CHROMIUM_PATH'
  if (env.CHROMIUM_PATH !== undefined)
    return (await canRun(env.CHROMIUM_PATH))
      ? ok(env.CHROMIUM_PATH)
      : missing(`CHROMIUM_PATH: '${env.CHROMIUM_PATH}' can't be run`, mend)
  for (const name of browsers)
    for (const folder of binaryFolders(env.PATH)) {
      const path = join(folder, name)
      if (await canRun(path)) return ok(path)
    }
  return optional('none: sites can not be rendered', mend)
}

const canRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

export function checkMemory(bytes: number): Finding {
  if (bytes >= enoughMemoryBytes) return ok(formatBytes(bytes))
  return optional(formatBytes(bytes), 'fewer fetchers: seine up --fetchers 1')
}

async function checkDisk(folder: string): Promise<Finding> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return judgeDisk(bavail * bsize, folder)
}

export function judgeDisk(freeBytes: number, folder: string): Finding {
  const found = `${formatBytes(freeBytes)} free for ${folder}`
  if (freeBytes >= enoughDiskBytes) return ok(found)
  const mend = 'make room, set SEINE_DIR to another disk, or let old runs go: seine retention'
  return freeBytes >= leastDiskBytes ? optional(found, mend) : missing(found, mend)
}

async function checkPort(io: Pick<CommandIo, 'env' | 'cwd'>): Promise<Finding> {
  const stack = await runningStack(stackFolder(io))
  if (stack?.gatewayUrl.endsWith(`:${gatewayPort}`)) return ok('used by the mesh of this checkout')
  if (await isFree(gatewayPort)) return ok('free')
  return optional('used by something else', '"seine up" takes another port and says which')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

async function checkGateway(io: Pick<CommandIo, 'env' | 'cwd'>, flag: string | undefined): Promise<Finding> {
  const baseUrl = await gatewayUrl(flag, io)
  const client = makeClient({ baseUrl, apiKey: await apiKeyFor(baseUrl, io), timeoutMs: 3_000 })
  let health: Awaited<ReturnType<typeof client.health>>
  try {
    health = await client.health()
  } catch {
    return optional(`nothing answers at ${baseUrl}`, '"seine up" starts a mesh on this machine')
  }
  const troubles = Object.entries(health.parts).flatMap(([part, { reason }]) =>
    reason === undefined ? [] : [`${part}: ${reason}`],
  )
  const found = [`${health.status} at ${baseUrl}`, ...troubles].join('; ')
  if (health.status === 'healthy') return ok(found)
  const mend = '"seine status" says what of the mesh runs; its logs are in the folder "seine up" names'
  return health.status === 'degraded' ? optional(found, mend) : missing(found, mend)
}
