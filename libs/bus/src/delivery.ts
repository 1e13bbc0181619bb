import type { Msg } from '@nats-io/transport-node'

/** A message as it lies in a stream. */
export interface RawMessage {
  readonly subject: string
  /** Undefined: no such header. */
  headers(name: string): string | undefined
  /** Empty where the consumer reads headers only. */
  readonly data: Uint8Array
  /** Its place in the stream. */
  readonly seq: number
  /** 1: for the first time. */
  readonly deliveries: number
  /** When the broker stored it, Unix ms of its clock. */
  readonly timestampMs: number
}

/** A message that wants an acknowledgement. */
export interface Delivery extends RawMessage {
  /** By `performance.now`: a clock that nobody sets. */
  readonly receivedAtMs: number
  ack(): void
  /** Gives it back: delivered again at once. */
  nak(): void
  /** Asks for another ack wait. */
  working(): void
  /** Never again: a dead letter with the reason. */
  term(reason: string): void
}

/** Reads a message that a pull consumer delivered. Its reply subject tells of the delivery (NATS ADR-15). */
export function toDelivery(message: Msg, receivedAtMs: number): Delivery {
  const tokens = (message.reply ?? '').split('.')
  // `$JS.ACK.<stream>.…` or, since 2.11, `$JS.ACK.<domain>.<account>.<stream>.…`
  const [deliveries, seq, , timestampNs] = tokens.slice(tokens.length >= 11 ? 6 : 4)
  let open = true
  const settle = (answer: string) => {
    if (open) message.respond(answer)
    open = false
  }
  return {
    subject: message.subject,
    headers: (name) => message.headers?.get(name) || undefined,
    data: message.data,
    seq: Number(seq),
    deliveries: Number(deliveries),
    timestampMs: Math.floor(Number(timestampNs) / 1e6),
    receivedAtMs,
    ack: () => settle('+ACK'),
    nak: () => settle('-NAK'),
    working: () => {
      if (open) message.respond('+WPI')
    },
    term: (reason) => settle(`+TERM ${reason.replace(/\s+/g, ' ').slice(0, 500)}`),
  }
}
