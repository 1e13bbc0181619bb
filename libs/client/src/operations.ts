import type { RpcOutput, schedulerRpc } from '@seine/contracts'
import { ApiFailure } from './api-failure.ts'
import type { Transport } from './transport.ts'

export type RetentionReport = RpcOutput<typeof schedulerRpc.retain>

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly parts: Record<string, { status: string; reason?: string }>
}

export interface OperationsClient {
  /** Lets go of runs that are not to be kept; `dryRun`: tells which. */
  retain(request?: { dryRun?: boolean }): Promise<RetentionReport>
  health(): Promise<Health>
}

export function operationsClient({ json, send }: Transport): OperationsClient {
  return {
    retain: ({ dryRun = false } = {}) => send('POST', '/api/retention', { dry_run: dryRun }),
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
