import type { ConnectOptions } from './connect.ts'

/** What every service reads of its environment about the broker (`commonEnv`). */
export interface BrokerEnv {
  readonly NATS_SERVERS: readonly string[]
  readonly NATS_USER?: string | undefined
  readonly NATS_PASSWORD?: string | undefined
  readonly NATS_TLS_CA?: string | undefined
  readonly NATS_TLS_CERT?: string | undefined
  readonly NATS_TLS_KEY?: string | undefined
}

/** How a service connects, from its environment. */
export function brokerOf(env: BrokerEnv, name: string): ConnectOptions {
  const { NATS_TLS_CA: caFile, NATS_TLS_CERT: certFile, NATS_TLS_KEY: keyFile } = env
  const usesTls = caFile !== undefined || certFile !== undefined || keyFile !== undefined
  return {
    servers: env.NATS_SERVERS,
    user: env.NATS_USER,
    password: env.NATS_PASSWORD,
    name,
    ...(usesTls ? { tls: { caFile, certFile, keyFile } } : {}),
  }
}
