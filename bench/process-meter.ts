import { readdirSync, readFileSync } from 'node:fs'

/** What one named process has used so far, all its lives and children together. */
export interface Usage {
  cpuMs: number
  peakRssMb: number
  /** Processes it has been: one more than it was restarted, and PostgreSQL's backends. */
  lives: number
}

export interface ProcessMeter {
  usage(): Record<string, Usage>
  stop(): Record<string, Usage>
}

/** Linux counts CPU time in hundredths of a second. */
const msPerTick = 10
const defaultPeriodMs = 200

/**
 * Samples CPU time and peak memory of processes from /proc, so that what a process used before it was killed counts (up
 * to its last sample). `roots` gives the process ids by name, asked for at every sample: they change with restarts.
 */
export function startProcessMeter(
  roots: () => Iterable<[name: string, pid: number]>,
  samplePeriodMs = defaultPeriodMs,
): ProcessMeter {
  const seen = new Map<string, Map<number, { cpuMs: number; peakRssMb: number }>>()

  function sample(): void {
    const children = childrenByParent()
    for (const [name, root] of roots()) {
      const lives = seen.get(name) ?? new Map()
      seen.set(name, lives)
      const pids = [root]
      for (const pid of pids) {
        pids.push(...(children.get(pid) ?? []))
        const used = readUsage(pid)
        if (used === null) continue
        // A process that has ended and is not waited for yet has CPU time and no memory.
        lives.set(pid, { ...used, peakRssMb: Math.max(used.peakRssMb, lives.get(pid)?.peakRssMb ?? 0) })
      }
    }
  }

  function usage(): Record<string, Usage> {
    sample()
    return Object.fromEntries(
      [...seen].map(([name, lives]) => {
        const all = [...lives.values()]
        const cpuMs = all.reduce((sum, life) => sum + life.cpuMs, 0)
        return [name, { cpuMs, peakRssMb: Math.max(0, ...all.map((life) => life.peakRssMb)), lives: all.length }]
      }),
    )
  }

  sample()
  const timer = setInterval(sample, samplePeriodMs)
  return {
    usage,
    stop() {
      clearInterval(timer)
      return usage()
    },
  }
}

function readUsage(pid: number): { cpuMs: number; peakRssMb: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command's name may hold blanks and parentheses: fields are counted after the last one (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0'
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
      peakRssMb: Math.round(Number(peakKb) / 1_024),
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return null
    throw error
  }
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    let stat: string
    try {
      stat = readFileSync(`/proc/${entry}/stat`, 'latin1')
    } catch {
      continue // It ended between the listing and the reading.
    }
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  return children
}
