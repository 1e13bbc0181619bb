import { z } from 'zod'
import { errorAnswers, errorStatusesOf } from './openapi-errors.ts'
import { type JsonSchema, makeSchemaWriter, type SchemaWriter } from './openapi-schemas.ts'
import { paginationSchema } from './paging.ts'
import type { AnyRoute } from './route.ts'

const errorSchema = z.strictObject({
  error: z.string(),
  error_code: z.string(),
  details: z.record(z.string(), z.unknown()),
  correlation_id: z.string(),
})

const description = `Bulk site runs: start them, watch them, fetch what they made.

Answers are \`{ "success": true, "data", "message"? }\`, lists add \`pagination\`, errors are
\`{ error, error_code, details, correlation_id }\`; \`error_code\` is the contract, \`error\` is for people. \`X-Correlation-ID\` is
taken over from the request and answered, and stands in every log line and message that follows.`

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer seine_<id>_<secret>`.' },
  apiKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'The same key in a header of its own.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'seine_session',
    description:
      'A session of a browser. What changes something needs `X-CSRF-Token` besides, from `GET /api/session`.',
  },
}

const correlationHeader = {
  'X-Correlation-ID': { description: 'Names this request in logs.', schema: { type: 'string' } },
}

/** The OpenAPI 3.1 document of a table of routes. */
export function openApiOf(routes: readonly AnyRoute[], version: string): JsonSchema {
  const writer = makeSchemaWriter()
  const paths: Record<string, JsonSchema> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, writer) }
  writer.write(errorSchema, 'output', 'Error')
  return {
    openapi: '3.1.0',
    info: {
      title: 'Seine',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].sort().map((name) => ({ name })),
    security: [{ apiKey: [] }, { apiKeyHeader: [] }, { session: [] }],
    paths,
    components: { schemas: writer.components(), responses: errorAnswers, securitySchemes },
  }
}

function operationOf(route: AnyRoute, writer: SchemaWriter): JsonSchema {
  const name = route.id.charAt(0).toUpperCase() + route.id.slice(1)
  const body =
    route.body === undefined
      ? {}
      : {
          requestBody: {
            content: {
              'application/json': {
                schema: writer.write(route.body, 'input', `${name}Request`),
                ...(route.example === undefined ? {} : { example: route.example }),
              },
            },
          },
        }
  return {
    operationId: route.id,
    tags: [tagOf(route)],
    summary: route.summary,
    ...(route.access === 'public' ? { security: [] } : {}),
    'x-access': route.access,
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...Object.entries(route.headers ?? {}).map(([header, about]) => ({
        name: header,
        in: 'header',
        description: about,
        schema: { type: 'string' },
      })),
    ],
    ...body,
    responses: { ...answerOf(route, writer, name), ...errorStatusesOf(route) },
  }
}

/** `/api/bulk-runs/{id}/events` is about `bulk-runs`. */
const tagOf = ({ path }: Pick<AnyRoute, 'path'>): string => /^\/api\/([^/{]+)/.exec(path)?.[1] ?? 'health'

function answerOf({ answer, headers = {} }: AnyRoute, writer: SchemaWriter, name: string): JsonSchema {
  if (answer.kind === 'raw') {
    const content = { [answer.contentType]: { schema: rawSchema(answer.contentType) } }
    const whole = { description: answer.about, headers: correlationHeader, content }
    return {
      200: whole,
      ...('Range' in headers ? { 206: { ...whole, description: 'The part that was asked for.' } } : {}),
      ...('If-None-Match' in headers ? { 304: { description: 'The client has it.' } } : {}),
      ...('Range' in headers ? { 416: { description: 'The range lies behind the end.' } } : {}),
    }
  }
  const [status, properties] =
    answer.kind === 'list'
      ? [
          200,
          {
            data: { type: 'array', items: writer.write(answer.item, 'output', `${name}Item`) },
            pagination: writer.write(paginationSchema, 'output', 'Pagination'),
          },
        ]
      : [answer.status, { data: writer.write(answer.schema, 'output', `${name}Answer`), message: { type: 'string' } }]
  const schema = {
    type: 'object',
    properties: { success: { const: true }, ...properties },
    required: ['success', ...Object.keys(properties).filter((key) => key !== 'message')],
    additionalProperties: false,
  }
  const content = { 'application/json': { schema } }
  return { [status]: { description: 'Done.', headers: correlationHeader, content } }
}

/** JSON that is not enveloped may be anything; everything else is text or bytes. */
const rawSchema = (contentType: string): JsonSchema => (contentType === 'application/json' ? {} : { type: 'string' })

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): JsonSchema[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }))
}
