/** 64-bit keys, each as two words, numbered in the order in which they came. */
export interface KeyTable {
  /** The key's number, or -1. */
  find(high: number, low: number): number
  /** The key's number, a new one where it is not in the table yet. Throws RangeError when the table is full. */
  insert(high: number, low: number): number
  clear(): void
}

/** A hash table of fixed room. Keys are hashes already: the low bits of the high word say where one lies. */
export function makeKeyTable(maxKeys: number): KeyTable {
  const room = 2 ** Math.ceil(Math.log2(Math.max(2, maxKeys) * 1.5))
  const mask = room - 1
  const highs = new Uint32Array(room)
  const lows = new Uint32Array(room)
  /** Number of the key with 1 added; 0: the place is free. */
  const numbers = new Uint32Array(room)
  let count = 0

  function placeOf(high: number, low: number): number {
    let place = high & mask
    while (numbers[place] !== 0 && (highs[place] !== high || lows[place] !== low)) place = (place + 1) & mask
    return place
  }
  return {
    find: (high, low) => (numbers[placeOf(high, low)] as number) - 1,
    insert(high, low) {
      const place = placeOf(high, low)
      if (numbers[place] === 0) {
        if (count === maxKeys) throw new RangeError(`a table for ${maxKeys} keys is full`)
        highs[place] = high
        lows[place] = low
        numbers[place] = ++count
      }
      return (numbers[place] as number) - 1
    },
    clear() {
      numbers.fill(0)
      count = 0
    },
  }
}
