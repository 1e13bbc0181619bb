import { z } from 'zod'
import { paginationSchema } from './paging.ts'
import type { AnyRoute } from './route.ts'

const errorSchema = z.strictObject({
  error: z.string(),
  error_code: z.string(),
  details: z.record(z.string(), z.unknown()),
  correlation_id: z.string(),
})

/** The OpenAPI 3.1 document of a table of routes. */
export function openApiOf(routes: readonly AnyRoute[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) }
  return {
    openapi: '3.1.0',
    info: { title: 'Seine', version, description: 'Bulk site runs: start them, watch them, fetch what they made.' },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: { Error: jsonSchema(errorSchema, 'output') } },
  }
}

function operationOf(route: AnyRoute): Record<string, unknown> {
  return {
    operationId: route.id,
    summary: route.summary,
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...Object.entries(route.headers ?? {}).map(([name, description]) => ({
        name,
        in: 'header',
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } } }),
    responses: { ...answerOf(route), default: errorAnswer },
  }
}

const errorAnswer = {
  description: 'What went wrong.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

function answerOf({ answer }: AnyRoute): Record<string, unknown> {
  if (answer.kind === 'raw')
    return { 200: { description: answer.about, content: { [answer.contentType]: { schema: { type: 'string' } } } } }
  const success = z.literal(true)
  const schema =
    answer.kind === 'list'
      ? z.strictObject({ success, data: z.array(answer.item), pagination: paginationSchema })
      : z.strictObject({ success, data: answer.schema, message: z.string().optional() })
  const status = answer.kind === 'list' ? 200 : answer.status
  return {
    [status]: { description: 'Done.', content: { 'application/json': { schema: jsonSchema(schema, 'output') } } },
  }
}

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): unknown[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }))
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
