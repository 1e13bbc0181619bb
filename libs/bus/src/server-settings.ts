import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  PersistMode,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type StreamConfig,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { BucketSettings, ConsumerSettings, StreamSettings } from '@seine/contracts'

/** What an installation decides: everything else is in the contracts. */
export interface Installation {
  /** 1 for development, 3 for production, never 2: two can't agree when one is gone. */
  readonly replicas: 1 | 3 | 5
  /** Absent: file. `memory` is for tests. */
  readonly storage?: 'file' | 'memory'
}

type Named = Partial<StreamConfig> & { name: string }

const storageOf = ({ storage = 'file' }: Installation) => (storage === 'file' ? StorageType.File : StorageType.Memory)

/** The one place where settings of the contracts become settings of the server: milliseconds become nanoseconds here. */
export function streamConfig(settings: StreamSettings, installation: Installation): Named {
  const { replicas } = installation
  const isAsync = settings.persist === 'async' && replicas === 1 && installation.storage !== 'memory'
  return {
    name: settings.name,
    description: settings.about,
    subjects: [...settings.subjects],
    retention: settings.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    discard: settings.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
    storage: storageOf(installation),
    num_replicas: replicas,
    max_msgs_per_subject: settings.maxMessagesPerSubject ?? -1,
    // Without it the limit a subject would throw out the subject's oldest message instead of refusing the new one.
    discard_new_per_subject: settings.discard === 'new' && settings.maxMessagesPerSubject !== undefined,
    max_bytes: settings.maxBytes ?? -1,
    max_age: nanos(settings.maxAgeMs),
    duplicate_window: nanos(settings.duplicateWindowMs),
    compression: settings.compression === 's2' ? StoreCompression.S2 : StoreCompression.None,
    allow_direct: true,
    allow_atomic: settings.atomicBatches,
    persist_mode: isAsync ? PersistMode.Async : PersistMode.Default,
  }
}

export function consumerConfig(settings: ConsumerSettings): Partial<ConsumerConfig> {
  return {
    durable_name: settings.durable,
    description: settings.about,
    filter_subjects: [...settings.filters],
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(settings.ackWaitMs),
    // No `backoff`: it would replace the ack wait.
    max_deliver: settings.maxDeliver,
    max_ack_pending: settings.maxAckPending,
    headers_only: settings.headersOnly,
  }
}

/** A key-value bucket is a stream by another name (NATS ADR-8). */
export function bucketConfig(settings: BucketSettings, installation: Installation): Named {
  return {
    ...keptByKey(installation),
    name: `KV_${settings.name}`,
    description: settings.about,
    subjects: [`$KV.${settings.name}.>`],
    max_msgs_per_subject: settings.history,
    max_msg_size: settings.maxValueBytes,
    max_age: nanos(settings.ttlMs),
    deny_delete: true,
  }
}

/** An object store is a stream of chunks and metadata (NATS ADR-20). */
export function objectStoreConfig(store: { name: string; about: string }, installation: Installation): Named {
  return {
    ...keptByKey(installation),
    name: `OBJ_${store.name}`,
    description: store.about,
    subjects: [`$O.${store.name}.C.>`, `$O.${store.name}.M.>`],
    max_age: 0,
  }
}

const keptByKey = (installation: Installation) => ({
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  storage: storageOf(installation),
  num_replicas: installation.replicas,
  allow_rollup_hdrs: true,
  allow_direct: true,
})
