import type { ConsumerInfo, SequenceInfo } from '@nats-io/jetstream'

/** How far a shared consumer is behind its stream, by the stream's sequence numbers. */
export interface Lag {
  /** Of the last message that was stored when this was asked. */
  readonly lastSeq: number
  /** Everything up to here has been acknowledged that the consumer is for. `lastSeq` where it has nothing left to do. */
  readonly doneSeq: number
}

/** `lastSeq` has to be asked for before the consumer is: what comes between counts as not done then. */
export function lagOf(
  info: Pick<ConsumerInfo, 'num_pending' | 'num_ack_pending'> & { ack_floor: Pick<SequenceInfo, 'stream_seq'> },
  lastSeq: number,
): Lag {
  const isDone = info.num_pending === 0 && info.num_ack_pending === 0
  return { lastSeq, doneSeq: isDone ? lastSeq : Math.min(lastSeq, info.ack_floor.stream_seq) }
}
