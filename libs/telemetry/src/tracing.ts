import { envOptional, envString } from '@seine/runtime'
import type { z } from 'zod'

/** Environment of every service: spread into its schema. Names are OpenTelemetry’s own. */
export const telemetryEnv = {
  /** Where traces go, `http://collector:4318`. Absent: nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: envOptional(),
  /** Share of runs and requests that are traced, from 0 to 1; what belongs to one trace is traced as a whole. */
  OTEL_TRACES_SAMPLER_ARG: envString({
    default: '1',
    pattern: /^(0(\.\d+)?|1(\.0+)?)$/,
    expected: 'a share from 0 to 1',
  }),
}

export type TelemetryEnv = z.output<z.ZodObject<typeof telemetryEnv>>

export interface Tracing {
  /** Sends what is left; called once, at the end. */
  shutdown(): Promise<void>
}

/**
 * Starts sending traces over OTLP (HTTP, JSON). Without an endpoint nothing is loaded and nothing is traced. Call it before
 * anything else is done: what ran before is not in any trace.
 */
export async function startTracing(service: string, version: string, env: TelemetryEnv): Promise<Tracing> {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (endpoint === undefined) return { shutdown: async () => {} }
  const [{ NodeSDK }, samplers, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': `seine-${service}`, 'service.version': version }),
    sampler: new samplers.ParentBasedSampler({
      root: new samplers.TraceIdRatioBasedSampler(Number(env.OTEL_TRACES_SAMPLER_ARG)),
    }),
    traceExporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return { shutdown: () => sdk.shutdown() }
}
