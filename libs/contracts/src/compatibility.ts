import { z } from 'zod'
import { fetcherRpc, schedulerRpc } from './rpc.ts'
import { messages } from './wire-tables.ts'

/** A JSON schema, as far as it is compared. */
export interface Shape {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
}

/** What every message, request and answer looks like, by name: kept of each release, so that the next can be held against it. */
export function wireShapes(): Record<string, Shape> {
  const shapeOf = (schema: z.ZodType): Shape => {
    const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' })
    return shape as Shape
  }
  const shapes: Record<string, Shape> = {}
  for (const { name, schema } of messages) shapes[name] = shapeOf(schema)
  for (const { name, input, output } of [...Object.values(schedulerRpc), ...Object.values(fetcherRpc)]) {
    shapes[`${name} request`] = shapeOf(input)
    shapes[`${name} answer`] = shapeOf(output)
  }
  return shapes
}

/**
 * Why services of two releases could not work side by side, each reading what the other writes: a field that must be there and is
 * not, another type, a value that the other does not know. Readers drop fields that they don't know, so new optional
 * ones are fine. Empty: they can.
 */
export function incompatibilities(before: Shape, after: Shape, path = ''): string[] {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const problems: string[] = []
  if (JSON.stringify(before.type) !== JSON.stringify(after.type))
    problems.push(`${path || 'message'}: was ${text(before.type)}, is ${text(after.type)}`)
  for (const name of after.required ?? [])
    if (!(before.required ?? []).includes(name))
      problems.push(`${at(name)}: required now, the release before does not write it`)
  for (const name of before.required ?? [])
    if (!(after.required ?? []).includes(name)) problems.push(`${at(name)}: the release before requires it`)
  for (const value of before.enum ?? [])
    if (after.enum !== undefined && !after.enum.includes(value))
      problems.push(`${path}: ${text(value)} is not read any more`)
  for (const [name, shape] of Object.entries(before.properties ?? {})) {
    const now = after.properties?.[name]
    if (now !== undefined) problems.push(...incompatibilities(shape, now, at(name)))
  }
  if (before.items !== undefined && after.items !== undefined)
    problems.push(...incompatibilities(before.items, after.items, at('[]')))
  return problems
}

const text = (value: unknown): string => JSON.stringify(value) ?? 'anything'
