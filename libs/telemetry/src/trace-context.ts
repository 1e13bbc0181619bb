import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

const tracer = () => trace.getTracer('seine')

/** W3C `traceparent` of what is being done just now. Undefined: nothing is traced. */
export function currentTraceParent(): string | undefined {
  const carrier: { traceparent?: string } = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent
}

/** Trace id of what is being done just now, 32 hex digits. Undefined: nothing is traced. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId

/** The trace that a `traceparent` names. */
export const traceIdOf = (traceParent: string): string => traceParent.split('-')[1] ?? ''

const contextOf = (traceParent: string | undefined): Context =>
  traceParent === undefined ? context.active() : propagation.extract(context.active(), { traceparent: traceParent })

export interface SpanOptions {
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** Whose child it is, as a `traceparent`. Absent: of what is being done just now. */
  readonly parent?: string | undefined
  /** Other work that led to this: a batch’s messages, an earlier attempt. */
  readonly links?: readonly (string | undefined)[]
  readonly attributes?: Attributes
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
}

/** Does some work as a span of the trace; what it throws is on the span and thrown on. Where nothing is traced it costs a call. */
export async function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const { kind = 'internal', attributes = {} } = options
  const links = (options.links ?? []).flatMap((link) => {
    const linked = link === undefined ? undefined : trace.getSpanContext(contextOf(link))
    return linked === undefined ? [] : [{ context: linked }]
  })
  const settings = { kind: kinds[kind], attributes, links }
  return tracer().startActiveSpan(name, settings, contextOf(options.parent), async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
