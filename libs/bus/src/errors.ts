import type { RpcErrorBody } from '@seine/contracts'
import { CodedError } from '@seine/runtime'

/** A message that its own schema refuses: a bug of whoever made it. Nothing was sent. */
export class InvalidMessage extends CodedError {
  constructor(name: string, problems: readonly string[]) {
    super('invalid-message', `${name}: ${problems.join('; ')}`, { details: { problems } })
    this.name = 'InvalidMessage'
  }
}

/** A message over the broker's limit. Nothing was sent. */
export class MessageTooLarge extends CodedError {
  constructor(name: string, sizeBytes: number, maxBytes: number) {
    super('message-too-large', `${name}: ${sizeBytes} bytes, the broker takes ${maxBytes}`, {
      details: { sizeBytes, maxBytes },
    })
    this.name = 'MessageTooLarge'
  }
}

/**
 * `full`: the stream (or the message's subject in it) is at its limit. `too-large`: over the stream's own limit.
 * `no-stream`: no stream takes the subject. `closed`: the bus was closed first. `refused`: anything else it answered.
 */
export type PublishRefusal = 'full' | 'too-large' | 'no-stream' | 'closed' | 'refused'

/** The stream refused a message; publishing it again as it is would not help now. */
export class PublishRejected extends CodedError {
  readonly reason: PublishRefusal

  constructor(reason: PublishRefusal, subject: string, message: string, cause?: unknown) {
    super('publish-rejected', `${subject}: ${message}`, { details: { reason, subject }, cause })
    this.name = 'PublishRejected'
    this.reason = reason
  }
}

export type RpcErrorCode = RpcErrorBody['code']

/** The answer to a request that can't be met: thrown by a handler, thrown again at the caller. */
export class RpcError extends CodedError {
  declare readonly code: RpcErrorCode

  constructor(code: RpcErrorCode, message: string, details?: Record<string, unknown>) {
    super(code, message, details === undefined ? {} : { details })
    this.name = 'RpcError'
  }
}
