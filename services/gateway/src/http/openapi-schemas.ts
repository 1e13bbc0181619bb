import * as contracts from '@seine/contracts'
import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

/** Turns schemas into JSON Schema, each that has a name once: where it is used there is a `$ref`. */
export interface SchemaWriter {
  /** `name`: what it is called if it has no name of its own. A schema that is no object stays where it is. */
  write(schema: z.ZodType, io: 'input' | 'output', name: string): JsonSchema
  /** `components.schemas`: what was written so far, by name. */
  components(): Record<string, JsonSchema>
}

/** A writer that knows the schemas of the contracts by the names they are exported under: `runSchema` is `Run`. */
export function makeSchemaWriter(): SchemaWriter {
  const names = z.registry<{ id: string }>()
  for (const [name, value] of Object.entries(contracts))
    if (name.endsWith('Schema') && value instanceof z.ZodType) names.add(value, { id: capitalised(name.slice(0, -6)) })
  const written = new Map<string, string>()

  /** The name under which a schema stands: its own, or another where what is sent differs from what is answered. */
  function keep(name: string, schema: JsonSchema): string {
    const text = JSON.stringify(schema)
    for (let tries = 1; ; tries++) {
      const free = tries === 1 ? name : tries === 2 ? `${name}Input` : `${name}Input${tries}`
      const known = written.get(free)
      if (known !== undefined && known !== text) continue
      written.set(free, text)
      return free
    }
  }

  return {
    write(schema, io, name) {
      const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any', metadata: names })
      const definitions = $defs as Record<string, JsonSchema>
      const placed = new Map<string, string>()
      // What refers to nothing else is placed first: a name is that of a schema as it is written at last.
      const place = (id: string): string => {
        const known = placed.get(id)
        if (known !== undefined) return known
        placed.set(id, id)
        const final = keep(id, resolved(definitions[id]!, place))
        placed.set(id, final)
        return final
      }
      const root = resolved(own, place)
      if (typeof root.$ref === 'string' || root.type !== 'object') return root
      const id = names.get(schema)?.id ?? name
      return { $ref: refTo(keep(id, withoutId(root))) }
    },
    components: () =>
      Object.fromEntries(
        [...written].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => [name, JSON.parse(text) as JsonSchema]),
      ),
  }
}

const refTo = (name: string): string => `#/components/schemas/${name}`

const definitionPrefix = '#/$defs/'
/** What the schema library calls a schema that contains itself and has no name. */
const nameless = `${definitionPrefix}__schema`

/**
 * A schema with its references led to the components. Any JSON is a schema that contains itself: it is written as anything, because
 * no generated type can say the other.
 */
function resolved(schema: JsonSchema, place: (id: string) => string): JsonSchema {
  return mapJson(withoutId(schema), (value) => {
    const { $ref } = value
    if (typeof $ref !== 'string' || !$ref.startsWith(definitionPrefix)) return value
    return $ref.startsWith(nameless) ? {} : { ...value, $ref: refTo(place($ref.slice(definitionPrefix.length))) }
  }) as JsonSchema
}

function mapJson(value: unknown, change: (value: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((entry) => mapJson(entry, change))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(change(value as JsonSchema))
  return Object.fromEntries(entries.map(([key, entry]) => [key, mapJson(entry, change)]))
}

const withoutId = ({ id: _, $id: __, ...schema }: JsonSchema): JsonSchema => schema
const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
