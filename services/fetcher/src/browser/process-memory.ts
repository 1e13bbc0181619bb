import { readFile } from 'node:fs/promises'

/** One process of a browser. */
export interface BrowserProcess {
  readonly pid: number
  /** Chromium's word for it: `browser`, `renderer`, `GPU`, … */
  readonly type: string
  readonly memoryBytes: number
}

export interface MemoryLimits {
  /** All processes of one browser together: above it the browser is replaced once its pages are done. */
  readonly maxBrowserBytes: number
  /** One renderer: above it that page is killed. */
  readonly maxPageBytes: number
}

/** What is to be done about a browser's memory. Pure. */
export function judgeMemory(
  processes: readonly BrowserProcess[],
  limits: MemoryLimits,
): { readonly totalBytes: number; readonly replace: boolean; readonly killPids: readonly number[] } {
  const totalBytes = processes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
  const tooLarge = processes.filter(({ type, memoryBytes }) => type === 'renderer' && memoryBytes > limits.maxPageBytes)
  return { totalBytes, replace: totalBytes > limits.maxBrowserBytes, killPids: tooLarge.map(({ pid }) => pid) }
}

/**
 * Resident memory that is a process's own: pages mapped from the program's files are shared by all processes and not
 * counted. 0 for a process that is gone, and everywhere but on Linux, where only the heap limit of scripts protects.
 */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return residentBytes(status)
}

/** Reads `/proc/<pid>/status`. */
export function residentBytes(status: string): number {
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)
  return (kib('RssAnon') + kib('RssShmem')) * 1_024
}
