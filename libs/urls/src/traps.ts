import { nameOf } from './query.ts'

/** Why a URL is a trap by itself; the kebab-case reason of its `skipped` outcome. */
export type PathTrap =
  | 'trap-repeating-path'
  | 'trap-deep-path'
  | 'trap-many-parameters'
  | 'trap-repeating-parameter'
  | 'trap-nested-encoding'

export const maxPathSegments = 40
export const maxParameters = 24
/** How often a run of up to {@link maxCycleSegments} segments may follow itself: `/a/b/a/b/` is two. */
export const maxCycles = 2
const maxCycleSegments = 4
/** Numbers repeat in dates (`/2011/11/11/11/`) and ids. */
const maxNumberCycles = 4
const maxSameSegment = 4
const maxSameParameter = 2

/** Whether a canonical URL shows by itself that it comes from a trap: null, or which one. */
export function pathTrap(url: string): PathTrap | null {
  const { segments, parameters } = partsOf(url)
  if (segments.length > maxPathSegments) return 'trap-deep-path'
  if (repeats(segments)) return 'trap-repeating-path'
  if (parameters.length > maxParameters) return 'trap-many-parameters'
  if (parameters.length > maxSameParameter && mostFrequent(parameters) > maxSameParameter) {
    return 'trap-repeating-parameter'
  }
  // Three times escaped: a return address that holds a return address that holds one.
  return url.includes('%252525') ? 'trap-nested-encoding' : null
}

/**
 * Something to count URLs by, so that a site that makes them up without end is cut off with a number.
 * - `calendar`: the URL ends in a date or names one in its query; keyed by everything but the numbers.
 * - `facets`: three parameters or more; keyed by path and parameter names, values left out.
 * - `deep`: more than eight segments; keyed by the first eight.
 */
export type TrapKey = { kind: 'calendar' | 'facets' | 'deep'; key: string }

/** URLs that may share one key of a kind; further ones are skipped with reason `trap-<kind>`. */
export const trapCaps: Record<TrapKey['kind'], number> = { calendar: 1_000, facets: 2_000, deep: 5_000 }

const deepSegments = 8
const facetParameters = 3
const dateSegments = /\/(?:19|20|21)\d\d(?:[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?)?\/?$/
const dateNames =
  /^(?:date|day|month|year|week|yr|mon|cal(?:endar)?_?\w*|tribe-bar-date|start_?date|end_?date|from|to)$/i
const dateValue = /^(?:(?:19|20|21)\d\d(?:[-/.]?\d\d?){0,2}|\d{1,2}|\d{10}|\d{13})$/

/** The keys a canonical URL is counted under: none for most, at most one of each kind. */
export function trapKeyOf(url: string): TrapKey[] {
  const keys: TrapKey[] = []
  const { head, path, segments, parameters } = partsOf(url)
  const names = parameters.map(nameOf)
  if (dateSegments.test(path) || parameters.some(isDate)) {
    keys.push({ kind: 'calendar', key: `${head}${path.replace(/\d+/g, '#')}?${names.join('&')}` })
  }
  if (parameters.length >= facetParameters) {
    keys.push({ kind: 'facets', key: `${head}${path}?${[...new Set(names)].join('&')}` })
  }
  if (segments.length > deepSegments) {
    keys.push({ kind: 'deep', key: `${head}/${segments.slice(0, deepSegments).join('/')}` })
  }
  return keys
}

function isDate(parameter: string): boolean {
  const name = nameOf(parameter)
  return dateNames.test(name) && dateValue.test(parameter.slice(name.length + 1))
}

/** head: scheme and host. Parameters as written. */
function partsOf(url: string): { head: string; path: string; segments: string[]; parameters: string[] } {
  const slash = url.indexOf('/', 8)
  const mark = url.indexOf('?')
  const head = slash === -1 ? url : url.slice(0, slash)
  const path = slash === -1 ? '/' : url.slice(slash, mark === -1 ? url.length : mark)
  return {
    head,
    path,
    segments: path.split('/').filter(Boolean),
    parameters: mark === -1 ? [] : url.slice(mark + 1).split('&'),
  }
}

/** A run of segments follows itself too often, or one segment that is no number keeps coming back. */
function repeats(segments: string[]): boolean {
  if (segments.length <= maxCycles) return false
  for (let size = 1; size <= maxCycleSegments; size++) {
    let same = 0
    for (let at = size; at < segments.length; at++) {
      same = segments[at] === segments[at - size] ? same + 1 : 0
      if (same < size * maxCycles) continue
      const numbers = segments.slice(at - size + 1, at + 1).every((segment) => /^\d+$/.test(segment))
      if (!numbers || same >= size * maxNumberCycles) return true
    }
  }
  return segments.length > maxSameSegment && mostFrequent(segments.filter((s) => !/^\d+$/.test(s))) > maxSameSegment
}

function mostFrequent(values: string[]): number {
  const counts = new Map<string, number>()
  let most = 0
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1
    counts.set(value, count)
    if (count > most) most = count
  }
  return most
}
