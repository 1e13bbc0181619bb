/** `count` of the values, in their order and as far from each other as can be, the first among them. All, where there are fewer. */
export function evenly<T>(values: readonly T[], count: number): T[] {
  if (count >= values.length) return [...values]
  return Array.from({ length: count }, (_, n) => values[Math.floor((n * values.length) / count)] as T)
}

/** All values of all lists, each list in its order and spread over the whole: as a crawler sees sites that it reads at once. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  return lists
    .flatMap((list, at) => list.map((value, n) => ({ value, at, where: (n + 0.5) / list.length })))
    .sort((a, b) => a.where - b.where || a.at - b.at)
    .map(({ value }) => value)
}
