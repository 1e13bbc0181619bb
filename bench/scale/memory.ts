import { readFileSync } from 'node:fs'

/** Memory of one process now, in MB. */
export interface Memory {
  readonly rssMb: number
  /** Its share of what it maps together with others: what several processes of one program add up to. */
  readonly pssMb: number
}

/** Null: there is no such process any more. */
export function readMemory(pid: number): Memory | null {
  try {
    return memoryOf(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH'].includes(code)) return null
    throw error
  }
}

/** Of the text of `smaps_rollup` (proc(5)). */
export function memoryOf(smaps: string): Memory {
  const mbOf = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(smaps)?.[1] ?? 0) / 1_024)
  return { rssMb: mbOf('Rss'), pssMb: mbOf('Pss') }
}
