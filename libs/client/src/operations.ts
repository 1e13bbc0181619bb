import type { ErrorGroup, RpcOutput, ServiceReplica, schedulerRpc } from '@seine/contracts'
import { ApiFailure } from './api-failure.ts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

export type RetentionReport = RpcOutput<typeof schedulerRpc.retain>

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly parts: Record<string, { status: string; reason?: string }>
}

/** The mesh in numbers. */
export type Stats = RpcOutput<typeof schedulerRpc.stats> & {
  readonly services: { name: string; versions: string[]; replicas: Omit<ServiceReplica, 'name'>[] }[]
  readonly broker: {
    version: string
    roundTripMs: number
    streams: { name: string; messages: number; bytes: number; consumers: number }[]
  }
}

/** An unexpected error as a client tells of it. */
export interface ToldError {
  /** What the client calls itself. Absent: `dashboard`. */
  readonly service?: string
  readonly level?: ErrorGroup['level']
  readonly name?: string
  readonly message: string
  readonly stack?: string
  readonly context?: Readonly<Record<string, string>>
}

export interface OperationsClient {
  /** Lets go of runs that are not to be kept; `dryRun`: tells which. */
  retain(request?: { dryRun?: boolean }): Promise<RetentionReport>
  health(): Promise<Health>
  stats(): Promise<Stats>
  /** Needs no credential. */
  reportError(error: ToldError): Promise<{ fingerprint: string }>
  listErrors(
    request?: PageRequest & Partial<Pick<ErrorGroup, 'service' | 'level' | 'state'>>,
  ): Promise<Page<ErrorGroup>>
  resolveError(fingerprint: string): Promise<ErrorGroup>
}

export function operationsClient({ json, get, send }: Transport): OperationsClient {
  return {
    retain: ({ dryRun = false } = {}) => send('POST', '/api/retention', { dry_run: dryRun }),
    stats: () => get('/api/stats'),
    reportError: (error) => send('POST', '/api/errors', error),
    listErrors: ({ service, level, state, ...page } = {}) =>
      json(`/api/errors${queryOf({ ...pageOf(page), service, level, state })}`),
    resolveError: (fingerprint) => send('POST', `/api/errors/${encodeURIComponent(fingerprint)}/resolve`, {}),
    async health() {
      try {
        return await json<Health>('/health')
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 503) return { status: 'unhealthy', parts: {} }
        throw error
      }
    },
  }
}
