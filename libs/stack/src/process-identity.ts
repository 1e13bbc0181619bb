import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the system's own words. */
  readonly started: string
}

/** Null when no such process runs (a dead one not yet collected by its parent included). */
export function identify(pid: number): ProcessIdentity | null {
  const started = existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid)
  return started === null ? null : { pid, started }
}

export function stillRuns({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started
}

/** Field 22 of `/proc/<pid>/stat`, counted after the name, which may hold anything in its parentheses. */
function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function fromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}
