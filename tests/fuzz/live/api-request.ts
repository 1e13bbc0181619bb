import { mutateBytes } from '../mutate.ts'
import type { Random } from '../random.ts'
import { jsonOf, mutateValue, type Schema, sampleOf } from './json-values.ts'

/** An operation of the OpenAPI document. */
export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  /** Null: it takes none. */
  readonly body: Schema | null
}

export interface RawRequest {
  readonly bytes: Buffer
  /** It is a request by RFC 9112, so that an answer has the API's own form. */
  readonly isHttp: boolean
  /** Its body is as long as it says. */
  readonly isWhole: boolean
  readonly method: string
}

export function operationsOf(document: Schema): Operation[] {
  const paths = document.paths as Record<string, Record<string, Schema>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const content = (operation.requestBody as Schema | undefined)?.content as
        | Record<string, { schema: Schema }>
        | undefined
      return {
        id: String(operation.operationId),
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters as Operation['parameters'] | undefined) ?? [],
        body: content?.['application/json']?.schema ?? null,
      }
    }),
  )
}

const jsonTypes = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/vnd.x+json',
  '',
]
const oddSegments = [
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  'a%2Fb',
  '%F0%9F%98%80',
  "'",
  '*',
  '>',
  '.',
  '%',
  '%zz',
  'a'.repeat(3_000),
  '__proto__',
  '-1',
  '01890a5d-ac96-774b-bcce-b302099a8057',
  '%0d%0ax:y',
]
const oddHeaders = [
  'If-Match: "1',
  'If-Match: *',
  'If-None-Match: W/"x"',
  'Range: bytes=5-1',
  'Range: bytes=-99999999999',
  `Idempotency-Key: ${'k'.repeat(2_000)}`,
  'X-Correlation-ID: \xff\xfe',
  'traceparent: 00-0-0-00',
  'Expect: 100-continue',
  'Content-Encoding: gzip',
  'X-HTTP-Method-Override: DELETE',
  'Cookie: seine_session=%',
  'Last-Event-ID: -1',
]

/** Not HTTP: control characters have no place in a header (RFC 9110 §5.5). */
const badHeaders = ['Idempotency-Key: \x7f', 'Accept: \x01', 'X: a\0b', 'X : y', '\x0bX: y', ': empty', 'no-colon']

/** A request of an operation: nearly right, then wrong in a place or two. */
export function makeRequest(
  operation: Operation,
  context: { root: Schema; random: Random; known: ReadonlyMap<string, readonly string[]>; apiKey: string },
): RawRequest {
  const { random } = context
  const value = (schema: Schema, name: string) => {
    const sample = sampleOf(schema, context, name)
    return random.chance(0.15) ? mutateValue(sample, random) : sample
  }
  const asText = (it: unknown) => (typeof it === 'string' ? it : (JSON.stringify(it) ?? 'undefined'))
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name)
    if (random.chance(0.1)) return random.pick(oddSegments)
    return encode(asText(value(parameter?.schema ?? {}, name)).slice(0, 4_000))
  })
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.25))
    .flatMap(({ name, schema }) =>
      Array<string>(random.chance(0.05) ? 2 : 1).fill(`${name}=${encode(asText(value(schema, name)).slice(0, 4_000))}`),
    )
  if (random.chance(0.05)) query.push(`${encode(asText(mutateValue('q', random)).slice(0, 500))}=1`)
  const target = path + (query.length === 0 ? '' : `?${query.join('&')}`)
  const body = operation.body === null && random.chance(0.9) ? Buffer.alloc(0) : bodyOf(operation.body ?? {}, context)

  const headers = ['Host: 127.0.0.1']
  if (random.chance(0.95)) headers.push(`Authorization: Bearer ${context.apiKey}`)
  if (body.length > 0) headers.push(`Content-Type: ${random.chance(0.9) ? 'application/json' : random.pick(jsonTypes)}`)
  if (operation.parameters.some((parameter) => parameter.name === 'If-Match') && random.chance(0.8))
    headers.push(`If-Match: "${random.int(4)}"`)
  if (random.chance(0.15)) headers.push(random.pick(oddHeaders))
  const isBad = random.chance(0.02)
  if (isBad) headers.push(random.pick(badHeaders))
  const lie = random.chance(0.04)
  const claimed = lie ? random.pick([body.length + 10, Math.max(0, body.length - 1), 2 ** 40]) : body.length
  headers.push(`Content-Length: ${claimed}`)
  const method = random.chance(0.03)
    ? random.pick(['HEAD', 'OPTIONS', 'TRACE', 'PATCH', 'DELETE', 'QUERY'])
    : operation.method
  const bytes = Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, 'latin1'),
    body,
  ])
  const isMangled = random.chance(0.03)
  return {
    bytes: isMangled ? Buffer.from(mutateBytes(bytes, random)) : bytes,
    isHttp: !isMangled && !lie && !isBad && bytes.indexOf('\r\n\r\n') < 15_000,
    isWhole: !isMangled && !lie,
    method,
  }
}

/** As a target may have it, odd bytes left as escapes. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

function bodyOf(
  schema: Schema,
  context: { root: Schema; random: Random; known: ReadonlyMap<string, readonly string[]> },
): Buffer {
  const { random } = context
  let value = sampleOf(schema, context)
  let text = jsonOf(value) ?? 'undefined'
  for (let left = random.int(4); left > 0; left--) {
    value = mutateValue(value, random)
    text = jsonOf(value) ?? text
  }
  if (random.chance(0.06))
    text = text.replace(
      '{',
      random.pick(['{"__proto__":{"a":1},', '{"constructor":{"prototype":{"a":1}},', '{"a":1,"a":2,', '{,']),
    )
  if (random.chance(0.02)) text = '['.repeat(random.pick([100, 100_000])) + text
  if (random.chance(0.02)) text = text + ' '.repeat(random.pick([1_000_000, 1_100_000]))
  const bytes = Buffer.from(text, random.chance(0.03) ? 'utf16le' : 'utf8')
  return random.chance(0.06) ? Buffer.from(mutateBytes(bytes, random)) : bytes
}
