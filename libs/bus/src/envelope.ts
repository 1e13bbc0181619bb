import { type MsgHdrs, headers as makeHeaders } from '@nats-io/transport-node'
import { compiled, headerNames, type MessageDefinition, type MessageOf, type StreamName } from '@seine/contracts'
import { currentTraceParent } from '@seine/telemetry'
import { InvalidMessage, MessageTooLarge } from './errors.ts'
import { problemsOf } from './read-message.ts'

/** A message ready to be sent. */
export interface Envelope {
  readonly stream: StreamName
  readonly subject: string
  readonly id: string
  readonly headers: MsgHdrs
  readonly data: Uint8Array
  readonly sizeBytes: number
}

export interface PublishOptions {
  readonly correlationId?: string | undefined
  /** W3C trace context of what led to the message. Absent: of what is being done just now, if that is traced. */
  readonly traceParent?: string | undefined
}

export const messageIdHeader = 'Nats-Msg-Id'
/** Room for the batch headers that are added later. */
const headerReserveBytes = 256

/** Checks and encodes a message. Throws InvalidMessage or MessageTooLarge. */
export function seal<D extends MessageDefinition>(
  definition: D,
  message: MessageOf<D>,
  options: PublishOptions,
  maxBytes: number,
): Envelope {
  const checked = compiled(definition.schema).safeParse(message)
  if (!checked.success) throw new InvalidMessage(definition.name, problemsOf(checked.error))
  const id = definition.messageId(checked.data)
  // Each comes once: looking for an earlier one to replace would cost as much as the rest.
  const headers = makeHeaders()
  headers.append(messageIdHeader, id)
  headers.append(headerNames.type, `${definition.name}/${definition.version}`)
  if (options.correlationId !== undefined) headers.append(headerNames.correlationId, options.correlationId)
  const traceParent = options.traceParent ?? currentTraceParent()
  if (traceParent !== undefined) headers.append(headerNames.traceParent, traceParent)
  let sizeBytes = headerReserveBytes
  for (const [name, value] of Object.entries(definition.headers?.(checked.data) ?? {})) {
    headers.append(name, value)
    sizeBytes += name.length + value.length + 4
  }
  const data = Buffer.from(JSON.stringify(checked.data))
  sizeBytes += data.length
  if (sizeBytes > maxBytes) throw new MessageTooLarge(definition.name, sizeBytes, maxBytes)
  return { stream: definition.stream, subject: definition.subject(checked.data), id, headers, data, sizeBytes }
}
