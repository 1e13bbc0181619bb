/** One at a time by key: what comes for a key waits for what came before it. */
export interface Lanes {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function makeLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, work) {
      const before = last.get(key) ?? Promise.resolve()
      const mine = before.then(work)
      const settled = mine.then(
        () => {},
        () => {},
      )
      last.set(key, settled)
      // Bounded by what is under way: the last one of a key takes the key along.
      void settled.then(() => {
        if (last.get(key) === settled) last.delete(key)
      })
      return mine
    },
  }
}
