import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, type ProcessIdentity, stillRuns } from './process-identity.ts'

/** `.seine/stack.json`: what runs, where it answers, and whose it is. Holds passwords: readable by its owner alone. */
export interface StackFile {
  /** `starting` has no addresses yet. */
  readonly state: 'starting' | 'ready'
  readonly supervisor: ProcessIdentity
  readonly startedAt: string
  readonly gatewayUrl: string
  readonly natsUrl: string
  readonly databaseUrl: string
  /** An admin's, for commands on this machine. */
  readonly apiKey: string
  /** Makes the first admin where there is no user yet, once. */
  readonly setupToken: string
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[]
}

/** Another stack runs from this folder. */
export class StackRunning extends Error {
  override name = 'StackRunning'
}

const fileOf = (dir: string) => join(dir, 'stack.json')

/** Null when no stack was started from the folder, or it was stopped. */
export async function readStackFile(dir: string): Promise<StackFile | null> {
  const text = await readFile(fileOf(dir), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as StackFile
  } catch {
    return null
  }
}

/** The stack that answers now, or null: what `seine run` connects to. */
export async function runningStack(dir: string): Promise<StackFile | null> {
  const file = await readStackFile(dir)
  return file?.state === 'ready' && stillRuns(file.supervisor) ? file : null
}

/**
 * Makes this process the folder's supervisor. Throws {@link StackRunning} when another one is; what a dead one left
 * running is ended first.
 */
export async function claimStackFile(dir: string): Promise<StackFile> {
  await mkdir(dir, { recursive: true })
  const found = await readStackFile(dir)
  if (found !== null && stillRuns(found.supervisor)) {
    throw new StackRunning(`a stack runs from ${dir} already (pid ${found.supervisor.pid}): "seine down" stops it`)
  }
  if (found !== null) await endLeftovers(found)
  await rm(fileOf(dir), { force: true })
  const claimed: StackFile = {
    state: 'starting',
    supervisor: identify(process.pid)!,
    startedAt: new Date().toISOString(),
    gatewayUrl: '',
    natsUrl: '',
    databaseUrl: '',
    apiKey: '',
    setupToken: '',
    processes: [],
  }
  try {
    const file = await open(fileOf(dir), 'wx', 0o600)
    await file.writeFile(JSON.stringify(claimed))
    await file.close()
  } catch (error) {
    throw new StackRunning(`another stack is being started from ${dir}`, { cause: error })
  }
  return claimed
}

export async function writeStackFile(dir: string, content: StackFile): Promise<void> {
  const beside = `${fileOf(dir)}.new`
  await writeFile(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(beside, fileOf(dir))
}

export async function removeStackFile(dir: string): Promise<void> {
  await rm(fileOf(dir), { force: true })
}

const supervisorPatienceMs = 60_000

/**
 * Stops the stack of the folder, whoever started it: its supervisor is asked to, and what it left (it was killed) is
 * ended. False when none ran.
 */
export async function stopStack(dir: string): Promise<boolean> {
  const file = await readStackFile(dir)
  if (file === null) return false
  const ran = stillRuns(file.supervisor)
  if (ran && file.supervisor.pid !== process.pid) {
    process.kill(file.supervisor.pid, 'SIGTERM')
    await untilGone([file.supervisor], supervisorPatienceMs)
  }
  const latest = (await readStackFile(dir)) ?? file
  const left = await endLeftovers(latest)
  await removeStackFile(dir)
  return ran || left > 0
}

/** Ends what still runs of a stack whose supervisor does not; services before what they need. How many there were. */
async function endLeftovers(file: StackFile): Promise<number> {
  const left = file.processes.filter(stillRuns)
  const ground = left.filter(({ name }) => name === 'nats' || name === 'postgres')
  const services = left.filter((process) => !ground.includes(process))
  for (const group of [services, ground]) {
    // SIGINT is PostgreSQL's quick way; SIGTERM would wait for clients.
    for (const { pid, name } of group) process.kill(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM')
    await untilGone(group, 10_000)
    for (const survivor of group.filter(stillRuns)) process.kill(survivor.pid, 'SIGKILL')
  }
  return left.length
}

async function untilGone(processes: readonly ProcessIdentity[], timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (processes.some(stillRuns) && performance.now() < endMs) await sleep(50)
}
