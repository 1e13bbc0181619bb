import { isDeepStrictEqual } from 'node:util'
import type { Site } from '@seine/contracts'

/** Names of the fields in which two configurations of a site differ, in alphabetical order. Pure. */
export function changedFields(before: Site, after: Site): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Site>
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort()
}
