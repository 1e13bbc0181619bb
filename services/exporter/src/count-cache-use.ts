import type { CacheUses } from '@seine/contracts'

const cacheOfOutcome = /"cache":"(hit|miss)"/

/** Counts an outcome's header. A quote inside of a text is escaped there: what is found is the field. */
export function countCacheUse(uses: CacheUses, header: string): void {
  const use = cacheOfOutcome.exec(header)?.[1]
  if (use === 'hit' || use === 'miss') uses[use]++
}
