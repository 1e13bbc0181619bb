import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { cacheDir, projectRoot } from './paths.ts'
import { type ManagedProcess, makeProcess, type ProcessSpec } from './processes.ts'
import { httpAnswers } from './readiness.ts'

export interface ServiceProcessOptions {
  /** Folder below `services`. */
  readonly service: 'scheduler' | 'fetcher' | 'exporter' | 'gateway'
  /** `fetcher-1`: unique in its stack. */
  readonly name: string
  /** Given on top of what it inherits. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFolder: string
  /** Where its health is told and asked for. Absent: loopback. */
  readonly healthHost?: string
  /** What runs it, its own command line behind: `ip netns exec pod-1`. Absent: nothing. */
  readonly runBy?: readonly string[]
  readonly restart: boolean
  readonly stopTimeoutMs: number
  readonly onChange?: ProcessSpec['onChange']
}

/**
 * JavaScript objects of one service, page bodies and other buffers not counted: far above what any of them has to hold. Without
 * limits V8 takes what the machine has before it collects. NODE_OPTIONS in the environment replaces them.
 */
const maxHeapMegabytes = 192
/** Of young objects, three times this at most. Twice as much made a scheduler 246 MB large instead of 141. */
const maxSemiSpaceMegabytes = 8

/** A service run from its source, ready when its `/readyz` says so. */
export async function makeServiceProcess(options: ServiceProcessOptions): Promise<ManagedProcess> {
  const healthPort = await freePort()
  const healthHost = options.healthHost ?? '127.0.0.1'
  const [command = process.execPath, ...before] = [...(options.runBy ?? []), process.execPath]
  const env = {
    // Type stripping is a quarter of a short start; the next start reads its result.
    NODE_COMPILE_CACHE: join(cacheDir, 'compile'),
    NODE_OPTIONS: `--max-old-space-size=${maxHeapMegabytes} --max-semi-space-size=${maxSemiSpaceMegabytes}`,
    ...options.env,
    HEALTH_HOST: healthHost,
    HEALTH_PORT: String(healthPort),
  }
  return makeProcess({
    name: options.name,
    command,
    args: [...before, '--enable-source-maps', join(projectRoot, 'services', options.service, 'src/main.ts')],
    env: withoutAbsent(env),
    cwd: projectRoot,
    logFile: join(options.logFolder, `${options.name}.log`),
    ready: () => httpAnswers(`http://${healthHost}:${healthPort}/readyz`),
    startTimeoutMs: 60_000,
    stopTimeoutMs: options.stopTimeoutMs,
    restart: options.restart,
    ...(options.onChange === undefined ? {} : { onChange: options.onChange }),
  })
}

function withoutAbsent(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
