import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { bringBack } from './bring-back.ts'
import type { Disk } from './disk.ts'
import type { DiskName, Fault } from './fault.ts'
import type { ChaosMesh, Member } from './mesh.ts'
import type { Repeater } from './repeat.ts'

export interface Injector {
  /** Does the faults at their times, and undoes each when its time is over. Resolves when all is whole again. */
  run(faults: readonly Fault[]): Promise<void>
}

/** The edge of the plan: nothing is decided here. Faults of one target follow each other, those of others overlap. */
export function makeInjector(deps: {
  mesh: ChaosMesh
  disks: ReadonlyMap<DiskName, Disk>
  repeater: Repeater
  /** Told when a fault was really done and how long it took, in ms of the round. */
  onDone: (fault: Fault, beganMs: number, endedMs: number) => void
}): Injector {
  const { mesh, disks, repeater } = deps

  const processOf = (name: string) => {
    const process = mesh.processes.get(name)
    if (process === undefined) throw new Error(`no process '${name}'`)
    return process
  }
  const memberOf = (name: string): Member => {
    const member = mesh.members.get(name)
    if (member === undefined) throw new Error(`no service '${name}'`)
    return member
  }

  /** Whose disk it is; faults of a server and of its disk follow each other. Null: no server that has to be brought back. */
  function serverOf(disk: DiskName): string | null {
    if (disk === 'broker') return mesh.brokers[0]?.process.name ?? null
    return disk === 'database' ? 'postgres' : null
  }

  function targetOf(fault: Fault): string {
    if (fault.kind === 'fill') return serverOf(fault.disk) ?? fault.kind
    return 'target' in fault ? fault.target : fault.kind
  }

  async function during(forMs: number, begin: () => unknown, end: () => unknown): Promise<void> {
    await begin()
    try {
      await sleep(forMs)
    } finally {
      await end()
    }
  }

  async function pause(target: string, forMs: number): Promise<void> {
    const { pid } = processOf(target)
    if (pid === null) return
    // PostgreSQL is many processes, which stop with their parent only if they are told, too.
    const pids = [pid, ...(target === 'postgres' ? await childrenOf(pid) : [])]
    await during(
      forMs,
      () => signalAll(pids, 'SIGSTOP'),
      () => signalAll(pids, 'SIGCONT'),
    )
  }

  async function cut(target: string, forMs: number): Promise<void> {
    const node = mesh.brokers.find(({ process }) => process.name === target)
    if (node !== undefined) return node.cable === null ? undefined : during(forMs, node.cable.cut, node.cable.plugIn)
    const { pod, wires } = memberOf(target)
    const all = Object.values(wires)
    const silence = () => {
      for (const wire of all) for (const way of ['up', 'down'] as const) wire.silence(way)
    }
    const hear = () => {
      for (const wire of all) for (const way of ['up', 'down'] as const) wire.hear(way)
    }
    if (pod.cable === null) return during(forMs, silence, hear)
    await during(forMs, pod.cable.cut, pod.cable.plugIn)
  }

  async function fill(name: DiskName, forMs: number): Promise<void> {
    const disk = disks.get(name)
    if (disk === undefined) return
    await during(forMs, disk.fill, disk.free)
    const server = serverOf(name)
    if (server === null) return
    if (name === 'broker') await processOf(server).kill('SIGKILL')
    await bringBack(processOf(server))
  }

  async function perform(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        await processOf(fault.target).kill('SIGKILL')
        await sleep(fault.downMs)
        return bringBack(processOf(fault.target))
      case 'restart':
        await processOf(fault.target).stop()
        await sleep(fault.downMs)
        return bringBack(processOf(fault.target))
      case 'pause':
        return pause(fault.target, fault.forMs)
      case 'cut':
        return cut(fault.target, fault.forMs)
      case 'half-open': {
        const wire = memberOf(fault.target).wires[fault.to]
        return during(
          fault.forMs,
          () => wire.silence(fault.silent),
          () => wire.hear(fault.silent),
        )
      }
      case 'reset':
        return memberOf(fault.target).wires[fault.to].reset()
      case 'delay': {
        const wire = memberOf(fault.target).wires[fault.to]
        return during(
          fault.forMs,
          () => wire.delay(fault.byMs),
          () => wire.delay(0),
        )
      }
      case 'fill':
        return fill(fault.disk, fault.forMs)
      case 'repeat':
        return repeater.repeat(fault)
      case 'clock':
        return memberOf(fault.target).moveClock(fault.offByMs)
    }
  }

  return {
    async run(faults) {
      const startedMs = performance.now()
      const nowMs = () => performance.now() - startedMs
      const last = new Map<string, Promise<void>>()
      const all = faults.map((fault) => {
        const about = targetOf(fault)
        const before = last.get(about) ?? Promise.resolve()
        const done = Promise.all([before, sleep(fault.atMs)]).then(async () => {
          const beganMs = nowMs()
          await perform(fault)
          deps.onDone(fault, beganMs, nowMs())
        })
        last.set(about, done)
        return done
      })
      try {
        await Promise.all(all)
      } finally {
        await Promise.allSettled(all)
        await Promise.all([...mesh.members.values()].map((member) => member.moveClock(0)))
      }
    },
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      // One that has ended by itself meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}
