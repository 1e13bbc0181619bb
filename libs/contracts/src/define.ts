import type { z } from 'zod'
import type { StreamName } from './streams.ts'

/** What a message is: its schema, where it travels, and what makes it the same message again. Declared once a message. */
export interface MessageDefinition<S extends z.ZodType = z.ZodType> {
  /** Dotted name, also the first tokens of the subject. */
  readonly name: string
  /** Raised only with a new name or a new required meaning; adding an optional field keeps it. */
  readonly version: number
  /** The stream that stores it. */
  readonly stream: StreamName
  readonly schema: S
  /** What it is for, one sentence: goes into the generated table. */
  readonly about: string
  /** Full subject of one message. Every token is safe for NATS (see `subjects.ts`). */
  subject(message: z.output<S>): string
  /** The subject with its variables named, for documents and permissions: `result.page.<run>.<site>`. */
  readonly subjectPattern: string
  /** De-duplication id (`Nats-Msg-Id`): the same for every try of the same fact. */
  messageId(message: z.output<S>): string
  /** Headers that carry a part of the message for consumers that read headers only. Absent means none. */
  headers?(message: z.output<S>): Record<string, string>
}

export type MessageOf<D> = D extends MessageDefinition<infer S> ? z.output<S> : never

/** Declares a message. Pure: registers nothing. */
export function defineMessage<S extends z.ZodType>(definition: MessageDefinition<S>): MessageDefinition<S> {
  return definition
}

/** A request/reply pair on core NATS. Its subject is its name. Errors travel as values (see `rpc.ts`). */
export interface RpcDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly about: string
  readonly input: I
  readonly output: O
}

export type RpcInput<D> = D extends RpcDefinition<infer I, z.ZodType> ? z.input<I> : never
export type RpcRequest<D> = D extends RpcDefinition<infer I, z.ZodType> ? z.output<I> : never
export type RpcOutput<D> = D extends RpcDefinition<z.ZodType, infer O> ? z.output<O> : never

/** Declares a request/reply pair. */
export function defineRpc<I extends z.ZodType, O extends z.ZodType>(
  definition: RpcDefinition<I, O>,
): RpcDefinition<I, O> {
  return definition
}
