/** Requests that were answered, as columns: two million of them are 50 MB. Times are Unix ms with fractions. */
export interface VisitColumns {
  readonly host: Uint32Array
  readonly startMs: Float64Array
  readonly endMs: Float64Array
  /** Requests open at the host when it came, itself included. */
  readonly atOnce: Uint16Array
}

/** Later requests are answered and not noted. */
export const maxVisits = 2_000_000

/** The server's own log of what it was asked for. */
export function makeVisitLog(hosts: number, nowMs: () => number, limit = maxVisits) {
  const host = new Uint32Array(limit)
  const startMs = new Float64Array(limit)
  const endMs = new Float64Array(limit)
  const atOnce = new Uint16Array(limit)
  const open = new Uint16Array(hosts)
  const seen = new Uint32Array(hosts)
  let length = 0
  return {
    /** A request has come; call what it gives when its answer is on its way. */
    enter(of: number): () => void {
      const at = length < limit ? length++ : null
      open[of]!++
      seen[of]!++
      if (at !== null) {
        host[at] = of
        startMs[at] = nowMs()
        atOnce[at] = open[of]!
      }
      return () => {
        open[of]!--
        if (at !== null) endMs[at] = nowMs()
      }
    },
    /** Requests by host. */
    seen: (): Uint32Array => seen.slice(),
    columns: (): VisitColumns => ({
      host: host.slice(0, length),
      startMs: startMs.slice(0, length),
      endMs: endMs.slice(0, length),
      atOnce: atOnce.slice(0, length),
    }),
  }
}
