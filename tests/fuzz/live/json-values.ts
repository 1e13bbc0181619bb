import { nestedIn } from '../nested.ts'
import type { Random } from '../random.ts'

/** A part of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>

const maxSampleDepth = 8
/** As JSON: twice what the API takes. */
const maxRepeatedChars = 2_000_000

/** A value that a schema takes, or nearly: patterns are guessed. `known` has values by the name of their property. */
export function sampleOf(
  schema: Schema,
  context: { root: Schema; random: Random; known: ReadonlyMap<string, readonly string[]> },
  name = '',
  depth = 0,
): unknown {
  const { random } = context
  const inner = (part: unknown, key = name) => sampleOf(part as Schema, context, key, depth + 1)
  if (typeof schema.$ref === 'string') return inner(resolveRef(context.root, schema.$ref))
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return random.pick(schema.enum)
  const choice = schema.oneOf ?? schema.anyOf
  if (Array.isArray(choice)) return inner(random.pick(choice))
  const known = context.known.get(name)
  if (known !== undefined && known.length > 0 && random.chance(0.7)) return random.pick(known)
  switch (Array.isArray(schema.type) ? random.pick(schema.type) : schema.type) {
    case 'object': {
      const required = new Set((schema.required as string[] | undefined) ?? [])
      const properties = Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {})
      const taken = properties.filter(([key]) => required.has(key) || (depth < maxSampleDepth && random.chance(0.3)))
      return Object.fromEntries(taken.map(([key, part]) => [key, inner(part, key)]))
    }
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) + random.int(3) }, () => inner(schema.items ?? {}))
    case 'integer':
      return Number(schema.minimum ?? 0) + random.int(100)
    case 'number':
      return Number(schema.minimum ?? 0) + random.next() * 10
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'string':
      return textFor(schema, random)
    default:
      return random.pick(['x', 1, true, null])
  }
}

export function resolveRef(root: Schema, ref: string): Schema {
  return ref
    .slice(2)
    .split('/')
    .reduce((part, key) => part[key] as Schema, root)
}

function textFor({ format, minLength = 0 }: Schema, random: Random): string {
  if (format === 'uuid') return '01890a5d-ac96-774b-bcce-b302099a8057'
  if (format === 'uri') return random.pick(['http://lamps.sample.test/', 'https://[::1]/', 'http://169.254.169.254/x'])
  if (format === 'date-time') return '2026-01-01T00:00:00.000Z'
  return random.pick(['lamps', 'default', 'a', '0 0 1 1 *', 'UTC', 'name-1']).padEnd(Number(minLength), 'x')
}

const oddValues: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -0,
    2 ** 53,
    '',
    ' ',
    '\0',
    '\ud800',
    '../..',
    '%2e%2e%2f',
    '\u202e',
    "'; drop table x; --",
  ],
  ...[
    [],
    {},
    [[]],
    { toString: 1 },
    { length: -1 },
    '{"a":1}',
    '9'.repeat(400),
    'a'.repeat(10_000),
    '(a+)+$',
    '[',
    '\\',
    '$.x[?(@.a)]',
  ],
  ...[
    '2026-02-30',
    '1970-01-01T00:00:00Z',
    '* * * * *',
    '*/0 * * * *',
    'Europe/Nowhere',
    'http://a:b@c/',
    'file:///etc/passwd',
    '١',
    '𝟙',
  ],
  ...['event.>', '*', '>', 'a.b', 'x\r\ny: z', '\u0000\u0001', 'İ'],
]
const oddKeys = [
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  'a'.repeat(5_000),
  '__proto__x',
  '$where',
  '0',
  'sites',
]

/** Something else in one place of a value: another type, something odd, a name more, a name less, far too many, far too deep. */
export function mutateValue(value: unknown, random: Random): unknown {
  const isTree = typeof value === 'object' && value !== null
  if (!isTree || random.chance(0.15)) return replaced(value, random)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return [...value, random.pick(oddValues)]
    const at = random.int(value.length)
    return value.toSpliced(at, 1, mutateValue(value[at], random))
  }
  const changed: Record<string, unknown> = { ...value }
  const keys = Object.keys(changed)
  if (keys.length === 0 || random.chance(0.15)) changed[random.pick(oddKeys)] = random.pick(oddValues)
  else {
    const key = random.pick(keys)
    if (random.chance(0.15)) delete changed[key]
    else changed[key] = mutateValue(changed[key], random)
  }
  return changed
}

function replaced(value: unknown, random: Random): unknown {
  switch (random.int(8)) {
    case 0: {
      // An array of arrays of arrays of them would fit into no string.
      const chars = jsonOf(value)?.length ?? maxRepeatedChars
      const length = Math.min(random.pick([2, 1_000, 20_000]), Math.ceil(maxRepeatedChars / Math.max(1, chars)))
      return Array.from({ length }, () => value)
    }
    case 1:
      return nestedIn(value, random.pick([10, 70, 2_000]), 'a', random)
    case 2:
      return jsonOf(value) ?? ''
    case 3:
      return [value]
    default:
      return random.pick(oddValues)
  }
}

/** Null: it is deeper than can be written, or nothing that JSON has. */
export function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null
  } catch {
    return null
  }
}
