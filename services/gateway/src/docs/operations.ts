import type { JsonSchema } from '../http/openapi-schemas.ts'

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

/** An operation as a reader needs it. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly id: string
  readonly tag: string
  readonly summary: string
  readonly access: string
  readonly parameters: readonly Parameter[]
  /** Null: it takes none. */
  readonly body: { readonly schema: JsonSchema; readonly example: unknown } | null
  readonly answers: readonly { readonly status: string; readonly about: string; readonly shape: string }[]
}

/** The operations of a document, by tag and then in its own order. */
export function operationsOf(document: JsonSchema): Operation[] {
  const paths = document.paths as Record<string, Record<string, JsonSchema>>
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(path, method, operation, document)),
  )
  return operations.sort((a, b) => (a.tag === b.tag ? 0 : a.tag < b.tag ? -1 : 1))
}

function operationOf(path: string, method: string, operation: JsonSchema, document: JsonSchema): Operation {
  const { operationId, tags, summary, parameters, requestBody, responses } = operation as {
    operationId: string
    tags: [string]
    summary: string
    parameters: Parameter[]
    requestBody?: { content: { 'application/json': { schema: JsonSchema; example?: unknown } } }
    responses: Record<string, JsonSchema>
  }
  const body = requestBody?.content['application/json']
  return {
    method: method.toUpperCase(),
    path,
    id: operationId,
    tag: tags[0],
    summary,
    access: String(operation['x-access']),
    parameters,
    body: body === undefined ? null : { schema: body.schema, example: body.example },
    answers: Object.entries(responses).map(([status, response]) => {
      const { description = '', content = {} } = follow(response, document) as {
        description?: string
        content?: Record<string, { schema?: JsonSchema }>
      }
      const [type, entry] = Object.entries(content)[0] ?? []
      return { status, about: description, shape: type === 'application/json' ? dataOf(entry?.schema) : (type ?? '') }
    }),
  }
}

function follow(value: JsonSchema, document: JsonSchema): JsonSchema {
  if (typeof value.$ref !== 'string') return value
  const found = value.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as JsonSchema)[key], document)
  return found as JsonSchema
}

/** What is inside of an envelope. */
function dataOf(schema: JsonSchema | undefined): string {
  const properties = schema?.properties as Record<string, JsonSchema> | undefined
  return typeWords(properties?.data ?? schema)
}

/** A schema in a few words: `Run`, `list of SiteRun`, `whole number, 1 to 200`, `one of a, b`. */
export function typeWords(schema: JsonSchema | undefined): string {
  if (schema === undefined) return 'anything'
  const { $ref, type, items, anyOf, oneOf, enum: words, const: only, format, minimum, maximum } = schema
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? ''
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(words)) return `one of ${words.join(', ')}`
  const options = (anyOf ?? oneOf) as JsonSchema[] | undefined
  if (options !== undefined) return [...new Set(options.map(typeWords))].join(' or ')
  if (type === 'array') return `list of ${typeWords(items as JsonSchema)}`
  if (type === 'integer' || type === 'number') {
    const name = type === 'integer' ? 'whole number' : 'number'
    const least = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `from ${minimum}` : ''
    const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : ''
    return [name, [least, most].filter(Boolean).join(' ')].filter(Boolean).join(', ')
  }
  if (type === 'string') return typeof format === 'string' ? `text (${format})` : 'text'
  return typeof type === 'string' ? type : 'anything'
}

/** What may be given for a parameter: its type, whether it may be left out and what it is then. */
export function parameterWords({ schema, required }: Parameter): string {
  const absent = schema.default === undefined ? 'optional' : `else ${JSON.stringify(schema.default)}`
  return `${typeWords(schema)}${required === true ? '' : `, ${absent}`}`
}

/** Properties of a component as rows: name, type, whether it has to be there. */
export function propertiesOf(schema: JsonSchema): { name: string; type: string; required: boolean }[] {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeWords(property),
    required: required.includes(name),
  }))
}
