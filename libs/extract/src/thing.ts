/** A node of structured data in the shape of JSON-LD, wherever it came from: `@type`, `@id`, then properties. */
export interface Thing {
  [property: string]: unknown
}

export const isThing = (value: unknown): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

/** All values of a property, a single one as a list of one; nulls are left out. Pages write names in any case. */
export function valuesOf(thing: Thing, property: string): unknown[] {
  let key: string | undefined = property
  if (!Object.hasOwn(thing, property)) {
    const wanted = property.toLowerCase()
    key = Object.keys(thing).find((name) => name.length === wanted.length && name.toLowerCase() === wanted)
  }
  return key === undefined ? [] : asList(thing[key]).filter((value) => value !== null)
}

/** The name of a term without its vocabulary: `http://schema.org/Product`, `schema:Product` and `Product` are one. */
export const termName = (term: string): string => {
  const end = term.trim().replace(/[/#]+$/, '')
  return end.slice(Math.max(end.lastIndexOf('/'), end.lastIndexOf('#'), end.lastIndexOf(':')) + 1)
}

export const typesOf = (thing: Thing): string[] =>
  [...valuesOf(thing, '@type'), ...valuesOf(thing, 'type')]
    .filter((type): type is string => typeof type === 'string')
    .flatMap((type) => type.split(/\s+/))
    .map(termName)
    .filter((type) => type !== '')

/**
 * The first usable text of a value of any shape: a string, a number, or of an object its `@value`, `name`, `@id` or `url`.
 * Null where there is none.
 */
export function textOf(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  if (depth > 4) return null
  if (Array.isArray(value)) return firstText(value, depth)
  if (isThing(value)) return firstText([value['@value'], value.name, value['@id'], value.url], depth)
  return null
}

function firstText(values: unknown[], depth: number): string | null {
  for (const value of values) {
    const text = textOf(value, depth + 1)
    if (text !== null) return text
  }
  return null
}

/** Nesting at which a walk over structured data stops. */
const maxWalkDepth = 20

/** Visits every thing inside `root` in document order, `path` being the properties that led to it. */
export function walkThings(root: unknown, visit: (thing: Thing, path: readonly string[]) => void): void {
  const walk = (value: unknown, path: readonly string[]): void => {
    if (path.length > maxWalkDepth) return
    if (Array.isArray(value)) {
      for (const item of value) walk(item, path)
    } else if (isThing(value)) {
      visit(value, path)
      for (const key of Object.keys(value)) {
        const inner = value[key]
        if (typeof inner === 'object' && inner !== null) walk(inner, [...path, key])
      }
    }
  }
  walk(root, [])
}
