import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { currentTraceId, currentTraceParent, inSpan } from './trace-context.ts'
import { startTracing } from './tracing.ts'

interface OtlpSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly links?: { traceId: string; spanId: string }[]
  readonly status: { code: number }
}

const received: OtlpSpan[] = []
const collector = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[]
    }
    received.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})

beforeAll(() => new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', () => resolve())))
afterAll(() => void collector.close())

test('without a collector nothing is traced, and work is done all the same', async () => {
  await using _ = await off()
  expect(await inSpan('x', {}, async () => [currentTraceParent(), currentTraceId()])).toEqual([undefined, undefined])
})

async function off() {
  const tracing = await startTracing('test', '1', {
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    OTEL_TRACES_SAMPLER_ARG: '1',
  })
  return { [Symbol.asyncDispose]: tracing.shutdown }
}

test('spans of one piece of work are one trace, over processes by its traceparent, and queued work is linked', async () => {
  const { port } = collector.address() as AddressInfo
  const tracing = await startTracing('test', '1', {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER_ARG: '1',
  })
  let sent: string | undefined
  await inSpan('request', { kind: 'server' }, async () => {
    sent = currentTraceParent()
  })
  expect(sent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  await inSpan('task', { kind: 'consumer', parent: sent }, async () => {})
  await inSpan('batch', { links: [sent, undefined] }, async () => {})
  await expect(inSpan('broken', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await tracing.shutdown()

  const [, traceId, spanId] = sent!.split('-')
  const named = (name: string) => received.find((span) => span.name === name)!
  expect(named('task')).toMatchObject({ traceId, parentSpanId: spanId })
  expect(named('batch').traceId).not.toBe(traceId)
  expect(named('batch').links).toMatchObject([{ traceId, spanId }])
  expect(named('broken').status.code).toBe(2)
})
