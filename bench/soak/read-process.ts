import { readdirSync, readFileSync } from 'node:fs'

/** What Linux says of a process. */
export interface ProcessReading {
  readonly rssMb: number
  readonly handles: number
  readonly threads: number
}

/** Null: it has ended. */
export function readProcess(pid: number): ProcessReading | null {
  return whileItLives(() => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return {
      rssMb: number(/VmRSS:\s+(\d+)/.exec(status)) / 1_024,
      threads: number(/Threads:\s+(\d+)/.exec(status)),
      handles: readdirSync(`/proc/${pid}/fd`).length,
    }
  })
}

/** Memory of a process and its children, what they share counted once, and how many they are. Of PostgreSQL, whose backends share most of it. */
export function readTree(root: number): ProcessReading & { readonly processes: number } {
  const pids = [root, ...childrenOf(root)]
  const each = pids.flatMap((pid) => {
    const reading = readProcess(pid)
    const pss = whileItLives(() => number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))))
    return reading === null || pss === null ? [] : [{ ...reading, rssMb: pss / 1_024 }]
  })
  const sum = (of: (reading: ProcessReading) => number) => each.reduce((total, reading) => total + of(reading), 0)
  return {
    rssMb: sum(({ rssMb }) => rssMb),
    handles: sum(({ handles }) => handles),
    threads: sum(({ threads }) => threads),
    processes: each.length,
  }
}

/** A variable of the environment that it was started with. */
export function environmentOf(pid: number, name: string): string | null {
  const variables = whileItLives(() => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')) ?? []
  return variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
}

function childrenOf(parent: number): number[] {
  const lists = whileItLives(() =>
    readdirSync(`/proc/${parent}/task`).map((task) => readFileSync(`/proc/${parent}/task/${task}/children`, 'latin1')),
  )
  return (lists ?? []).flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number))
}

const number = (match: RegExpExecArray | null): number => Number(match?.[1] ?? 0)

function whileItLives<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}
