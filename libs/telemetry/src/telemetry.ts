import { version } from '@seine/runtime'
import { type Metrics, makeMetrics } from './metrics.ts'
import { startTracing, type TelemetryEnv } from './tracing.ts'

export interface Telemetry {
  readonly metrics: Metrics
  /** Sends what is left of traces; called once, at the end. */
  shutdown(): Promise<void>
}

/** What a service tells of itself besides its log. Call it before anything else is done. */
export async function startTelemetry(service: string, env: TelemetryEnv): Promise<Telemetry> {
  const { shutdown } = await startTracing(service, version, env)
  return { metrics: makeMetrics(service, version), shutdown }
}
