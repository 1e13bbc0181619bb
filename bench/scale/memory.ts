import { readFileSync } from 'node:fs'

/** Memory of one process and those it started, now, in MB. */
export interface Memory {
  /** Of what several of them share, as PostgreSQL’s do, each has its part: so it adds up (proportional set size). */
  readonly mb: number
}

/** Null: there is no such process any more. */
export function readMemory(pid: number): Memory | null {
  const own = pssKbOf(pid)
  if (own === null) return null
  const rest = childrenOf(pid).reduce((sum, child) => sum + (pssKbOf(child) ?? 0), 0)
  return { mb: Math.round((own + rest) / 1_024) }
}

/** What `smaps_rollup` says (proc(5)), in KB. */
export function readPssKb(smaps: string): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(smaps)?.[1] ?? 0)
}

const pssKbOf = (pid: number): number | null =>
  unlessGone(() => readPssKb(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')))

function childrenOf(pid: number): number[] {
  const children = unlessGone(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')) ?? ''
  return children.split(' ').filter(Boolean).map(Number)
}

function unlessGone<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
