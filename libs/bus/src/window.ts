/** A bound on work in flight, in pieces and in bytes; whoever comes when it is full waits its turn. */
export interface Window {
  /** Resolves when there is room; the caller then owns it until it calls the function it was given. */
  enter(sizeBytes: number): Promise<() => void>
  readonly inFlight: number
  /** Resolves when nothing is in flight and nobody waits. */
  idle(): Promise<void>
}

/** Room for `maxPieces` and `maxBytes`; one piece larger than `maxBytes` goes alone. First come, first served. */
export function makeWindow(maxPieces: number, maxBytes: number): Window {
  const waiting: { sizeBytes: number; admit: () => void }[] = []
  const idlers: (() => void)[] = []
  let pieces = 0
  let bytes = 0
  const fits = (sizeBytes: number) => pieces === 0 || (pieces < maxPieces && bytes + sizeBytes <= maxBytes)

  function admitNext(): void {
    while (waiting[0] !== undefined && fits(waiting[0].sizeBytes)) waiting.shift()!.admit()
    if (pieces === 0 && waiting.length === 0) for (const wake of idlers.splice(0)) wake()
  }

  function take(sizeBytes: number): () => void {
    pieces++
    bytes += sizeBytes
    let left = false
    return () => {
      if (left) return
      left = true
      pieces--
      bytes -= sizeBytes
      admitNext()
    }
  }

  return {
    enter(sizeBytes) {
      if (waiting.length === 0 && fits(sizeBytes)) return Promise.resolve(take(sizeBytes))
      return new Promise((resolve) => waiting.push({ sizeBytes, admit: () => resolve(take(sizeBytes)) }))
    },
    get inFlight() {
      return pieces
    },
    idle: () =>
      pieces === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => void idlers.push(resolve)),
  }
}
