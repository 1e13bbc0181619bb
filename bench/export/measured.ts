/** What one way of writing rows took. */
export interface Measure {
  readonly rows: number
  readonly ms: number
  readonly cpuMs: number
  readonly peakMb: number
  readonly bytes: number
}

/** Does the work of this process, which gives the bytes it wrote, and prints what it took as one line of JSON. */
export async function measured(rows: number, work: () => Promise<number>): Promise<void> {
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  const bytes = await work()
  const { user, system } = process.cpuUsage(cpu)
  const measure: Measure = {
    rows,
    ms: performance.now() - startMs,
    cpuMs: (user + system) / 1_000,
    peakMb: process.resourceUsage().maxRSS / 1_024,
    bytes,
  }
  console.log(JSON.stringify(measure))
}
