import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '@seine/runtime'

/** Whether the broker can be reached just now. */
export interface Link {
  readonly connected: boolean
  readonly closed: boolean
  /** Resolves when connected, at once where it is; also when the connection was closed for good. */
  whenUp(): Promise<void>
  /** Calls back at each loss and at the close; returns how to stop that. */
  onLost(callback: () => void): () => void
  /** Calls back at each reconnect; returns how to stop that. */
  onReconnect(callback: () => void): () => void
}

/** Watches a connection and tells of its losses. */
export function watchLink(nc: NatsConnection, log: Logger): Link {
  const waiting: (() => void)[] = []
  const onLost = new Set<() => void>()
  const onReconnect = new Set<() => void>()
  let connected = true
  let closed = false
  const wakeAll = () => {
    for (const wake of waiting.splice(0)) wake()
  }
  const lose = () => {
    connected = false
    for (const callback of [...onLost]) callback()
  }

  async function watch(): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        log.warn('broker lost', { server: status.server })
        lose()
      } else if (status.type === 'reconnect') {
        log.info('broker back', { server: status.server })
        connected = true
        wakeAll()
        for (const callback of [...onReconnect]) callback()
      } else if (status.type === 'error') {
        log.warn('broker error', { error: status.error })
      }
    }
  }
  void watch()
    .catch((error: unknown) => log.error('connection status unreadable', { error }))
    .then(() => nc.closed())
    .then(() => {
      closed = true
      lose()
      wakeAll()
    })

  const subscribeTo = (set: Set<() => void>) => (callback: () => void) => {
    set.add(callback)
    return () => void set.delete(callback)
  }
  return {
    get connected() {
      return connected
    },
    get closed() {
      return closed
    },
    whenUp: () => (connected || closed ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    onLost: subscribeTo(onLost),
    onReconnect: subscribeTo(onReconnect),
  }
}
