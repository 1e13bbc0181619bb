import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastWords } from './last-words.ts'

/**
 * Child processes under supervision: started, waited for until ready, brought back after a crash, stopped for good.
 *
 *   stopped ──start()──▶ starting ──ready──▶ ready ──exit──▶ backing-off ──▶ starting …
 *      ▲                                       │                (restart: false: stopped)
 *      └───────────────stop()──────────────────┘
 */
export type ProcessState = 'stopped' | 'starting' | 'ready' | 'backing-off'

export interface ProcessSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The child's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Standard output and error are appended here; at a start a file over 20 MB is set aside as `<file>.1`. */
  readonly logFile: string
  /** Whom to run as. Absent: the same user. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  readonly ready: () => Promise<boolean>
  readonly startTimeoutMs?: number
  /** How long a stop may take before SIGKILL. */
  readonly stopTimeoutMs?: number
  readonly stopSignal?: NodeJS.Signals
  /** What the child gets when its parent dies without stopping it. */
  readonly orphanSignal?: 'KILL' | 'QUIT'
  /** Whether a child that ends by itself is started again, with backoff. */
  readonly restart: boolean
  readonly onChange?: (change: { name: string; state: ProcessState; detail: string }) => void
}

export interface ManagedProcess {
  readonly name: string
  /** Null while it does not run. */
  readonly pid: number | null
  readonly state: ProcessState
  /** How often it was brought back after ending by itself. */
  readonly restarts: number
  readonly logFile: string
  /** Resolves when it is ready; rejects with the end of its log when it ends first or takes too long. */
  start(): Promise<void>
  /** Asks it to end, insists with SIGKILL after `stopTimeoutMs`; resolves when it is gone. */
  stop(): Promise<void>
  /** Ends it as a crash would; resolves when it is gone. With `restart` it comes back by itself. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Resolves when it is ready, also after a crash. */
  untilReady(timeoutMs?: number): Promise<void>
}

const maxLogBytes = 20_000_000
const pollMs = 40
const backoffBaseMs = 200
const backoffCapMs = 10_000
/** A process that lived this long starts over at the shortest pause. */
const steadyMs = 10_000

export function makeProcess(spec: ProcessSpec): ManagedProcess {
  const startTimeoutMs = spec.startTimeoutMs ?? 30_000
  const stopTimeoutMs = spec.stopTimeoutMs ?? 15_000
  let child: ChildProcess | null = null
  let gone: Promise<void> = Promise.resolve()
  let state: ProcessState = 'stopped'
  let wanted = false
  let restarts = 0
  let failuresInARow = 0
  let pause = new AbortController()
  let logStartByte = 0

  function enter(next: ProcessState, detail: string) {
    state = next
    spec.onChange?.({ name: spec.name, state: next, detail })
  }

  function launch(): ChildProcess {
    const log = openLog(spec.logFile)
    logStartByte = fstatSync(log).size
    const [command, args] = withParentDeathSignal(spec)
    const launched = spawn(command, args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C reaches the supervisor alone, which then stops everything in order.
      detached: true,
      ...(spec.user === undefined ? {} : spec.user),
    })
    closeSync(log)
    const startedMs = performance.now()
    gone = new Promise((resolve) => {
      const onGone = (how: string) => {
        child = null
        resolve()
        afterExit(how, performance.now() - startedMs)
      }
      launched.once('error', (error) => launched.pid === undefined && onGone(error.message))
      launched.once('exit', (code, signal) => onGone(signal ?? `exit code ${code}`))
    })
    child = launched
    enter('starting', `pid ${launched.pid ?? 'none'}`)
    return launched
  }

  function afterExit(how: string, livedMs: number) {
    const wasReady = state === 'ready'
    if (!wanted || !spec.restart || (!wasReady && restarts === 0)) return enter('stopped', how)
    failuresInARow = livedMs > steadyMs ? 0 : failuresInARow + 1
    void bringBack(how, Math.min(backoffCapMs, backoffBaseMs * 2 ** failuresInARow))
  }

  async function bringBack(how: string, pauseMs: number) {
    enter('backing-off', `${how}; again in ${pauseMs} ms`)
    try {
      await sleep(pauseMs, undefined, { signal: pause.signal })
    } catch {
      return enter('stopped', how)
    }
    restarts++
    const launched = launch()
    // Its exit goes through afterExit; a readiness that never comes leaves it `starting`, as its log will say.
    await becameReady(launched, Number.POSITIVE_INFINITY)
  }

  async function becameReady(launched: ChildProcess, timeoutMs: number): Promise<boolean> {
    const endMs = performance.now() + timeoutMs
    while (child === launched && performance.now() < endMs) {
      if ((await spec.ready()) && child === launched) {
        enter('ready', `pid ${launched.pid}`)
        return true
      }
      await sleep(pollMs)
    }
    return false
  }

  async function signalAndWait(signal: NodeJS.Signals, insistAfterMs: number) {
    const target = child
    if (target === null) return
    target.kill(signal)
    const insist = setTimeout(() => target.kill('SIGKILL'), insistAfterMs)
    await gone
    clearTimeout(insist)
  }

  return {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return child?.pid ?? null
    },
    get state() {
      return state
    },
    get restarts() {
      return restarts
    },
    async start() {
      if (state !== 'stopped') throw new Error(`${spec.name} is ${state} already`)
      wanted = true
      pause = new AbortController()
      const launched = launch()
      if (await becameReady(launched, startTimeoutMs)) return
      const ended = child !== launched
      wanted = false
      await signalAndWait('SIGKILL', 0)
      const what = ended ? 'ended while starting' : `was not ready after ${startTimeoutMs / 1_000} s`
      throw new Error(`${spec.name} ${what} (log: ${spec.logFile})\n${lastWords(spec.logFile, logStartByte)}`)
    },
    async stop() {
      wanted = false
      pause.abort()
      await signalAndWait(spec.stopSignal ?? 'SIGTERM', stopTimeoutMs)
    },
    async kill(signal = 'SIGKILL') {
      await signalAndWait(signal, stopTimeoutMs)
    },
    async untilReady(timeoutMs = startTimeoutMs) {
      const endMs = performance.now() + timeoutMs
      while (state !== 'ready') {
        if (performance.now() > endMs) throw new Error(`${spec.name} is ${state} after ${timeoutMs} ms`)
        await sleep(pollMs)
      }
    },
  }
}

/** Stops in the order given, all of a group at once; goes on when one fails and throws the failures at the end. */
export async function stopInOrder(groups: readonly (readonly ManagedProcess[])[]): Promise<void> {
  const failures: unknown[] = []
  for (const group of groups) {
    const results = await Promise.allSettled(group.map((process) => process.stop()))
    for (const result of results) if (result.status === 'rejected') failures.push(result.reason)
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some processes could not be stopped')
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true })
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > maxLogBytes) renameSync(file, `${file}.1`)
  return openSync(file, 'a')
}

let parentDeathSupported: boolean | undefined

/**
 * Where util-linux is there, the kernel itself ends the child when its parent is gone: nothing is left running even
 * after a SIGKILL of the supervisor or of a test runner. Elsewhere `stopStack` finds what was left.
 */
function withParentDeathSignal(spec: ProcessSpec): [string, string[]] {
  const signal = spec.orphanSignal ?? 'KILL'
  parentDeathSupported ??= spawnSync('setpriv', ['--pdeathsig', signal, 'true'], { stdio: 'ignore' }).status === 0
  if (!parentDeathSupported) return [spec.command, [...spec.args]]
  return ['setpriv', ['--pdeathsig', signal, '--', spec.command, ...spec.args]]
}
