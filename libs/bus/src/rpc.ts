import {
  errors,
  type Msg,
  headers as makeHeaders,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node'
import {
  headerNames,
  type RpcDefinition,
  type RpcErrorBody,
  type RpcInput,
  type RpcOutput,
  type RpcRequest,
  rpcErrorSchema,
} from '@seine/contracts'
import { CodedError, type Logger, messageOf, type Part } from '@seine/runtime'
import { currentTraceParent, inSpan } from '@seine/telemetry'
import { z } from 'zod'
import { RpcError } from './errors.ts'
import type { Link } from './link.ts'
import { problemsOf, readTolerantly } from './read-message.ts'

export interface CallOptions {
  /** Absent: 5 s. */
  readonly timeoutMs?: number
  readonly correlationId?: string | undefined
  /** Whose wish it is: told to whoever answers, for the audit. Absent: nobody's that is known. */
  readonly actor?: string | undefined
}

export interface ServeContext {
  readonly correlationId: string | undefined
  /** `anonymous` where the caller did not say. */
  readonly actor: string
}

/** Requests a replica works on at once; the next is answered `unavailable`, so that the caller tries another time. */
export const maxRequestsAtOnce = 256
const defaultTimeoutMs = 5_000
const queueGroup = 'seine'

const replySchema = z.union([z.object({ ok: z.unknown() }), z.object({ error: rpcErrorSchema })])

/** Asks, and gives the answer checked. Throws RpcError: `unavailable` where nobody answers, not in time, or the broker was lost meanwhile. */
export async function call<D extends RpcDefinition>(
  { nc, link }: { nc: NatsConnection; link: Pick<Link, 'onLost'> },
  rpc: D,
  input: RpcInput<D>,
  options: CallOptions = {},
): Promise<RpcOutput<D>> {
  const checked = rpc.input.safeParse(input)
  if (!checked.success) throw invalid(checked.error)
  const headers = makeHeaders()
  if (options.correlationId !== undefined) headers.set(headerNames.correlationId, options.correlationId)
  if (options.actor !== undefined) headers.set(headerNames.actor, encodeURIComponent(options.actor))
  const traceParent = currentTraceParent()
  if (traceParent !== undefined) headers.set(headerNames.traceParent, traceParent)
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const lost = Promise.withResolvers<never>()
  // The answer went with the connection: waiting out the time would hold up whoever could ask again.
  const forget = link.onLost(() => lost.reject(new Error('the broker was lost before it answered')))
  let reply: Msg
  try {
    const asked = nc.request(rpc.name, JSON.stringify(checked.data), { timeout: timeoutMs, headers })
    reply = await Promise.race([asked, lost.promise])
  } catch (error) {
    throw new RpcError('unavailable', unavailableReason(error, timeoutMs), { rpc: rpc.name })
  } finally {
    forget()
  }
  const answer = replySchema.safeParse(reply.json())
  if (!answer.success) throw new RpcError('internal', `${rpc.name}: unreadable answer`)
  if ('error' in answer.data) {
    const { code, message, details } = answer.data.error
    throw new RpcError(code, message, details)
  }
  const output = readTolerantly<RpcOutput<D>>(rpc.output as never, answer.data.ok)
  if (!output.ok) throw new RpcError('internal', `${rpc.name}: unexpected answer`, { problems: output.problems })
  return output.value
}

function unavailableReason(error: unknown, timeoutMs: number): string {
  if (error instanceof errors.TimeoutError) return `no answer within ${timeoutMs} ms`
  if (error instanceof errors.RequestError && error.isNoResponders()) return 'nobody answers'
  return messageOf(error)
}

/** Answers requests; replicas share them. */
export function makeServe<D extends RpcDefinition>(deps: {
  nc: NatsConnection
  link: Pick<Link, 'connected' | 'onLost'>
  rpc: D
  handle: (request: RpcRequest<D>, context: ServeContext) => Promise<RpcOutput<D>>
  maxReplyBytes: () => number
  log: Logger
}): Part {
  const { nc, link, rpc, handle } = deps
  const log = deps.log.child({ rpc: rpc.name })
  const inFlight = new Set<Promise<void>>()
  let subscription: Subscription | undefined

  async function answer(message: Msg): Promise<void> {
    const correlationId = message.headers?.get(headerNames.correlationId) || undefined
    let body: string
    let isLost = false
    const forget = link.onLost(() => {
      isLost = true
    })
    try {
      const context = { correlationId, actor: actorOf(message) }
      const parent = message.headers?.get(headerNames.traceParent) || undefined
      const done = await inSpan(rpc.name, { kind: 'server', parent }, async () =>
        handle(readRequest(rpc, message), context),
      )
      body = JSON.stringify({ ok: done })
      const sizeBytes = Buffer.byteLength(body)
      if (sizeBytes > deps.maxReplyBytes())
        throw new CodedError('reply-too-large', `answer of ${sizeBytes} bytes is over ${deps.maxReplyBytes()}`)
    } catch (error) {
      if (!(error instanceof RpcError)) log.error('request failed', { error, correlationId })
      body = JSON.stringify({ error: errorBodyOf(error) })
    } finally {
      forget()
    }
    // Whoever asked lost the broker as well, and has been told so; the right to answer went with the connection.
    if (isLost || !link.connected) return log.debug('the broker was lost before the answer', { correlationId })
    message.respond(body)
  }

  function receive(error: Error | null, message: Msg): void {
    if (error !== null) {
      log.error('requests can not be received', { error })
      return
    }
    if (inFlight.size >= maxRequestsAtOnce) {
      message.respond(JSON.stringify({ error: { code: 'unavailable', message: 'too many requests at once' } }))
      return
    }
    const work = answer(message)
      .catch((failure: unknown) => log.error('answer could not be sent', { error: failure }))
      .finally(() => inFlight.delete(work))
    inFlight.add(work)
  }

  return {
    name: `serve ${rpc.name}`,
    async start() {
      subscription = nc.subscribe(rpc.name, { queue: queueGroup, callback: receive })
      // Whoever is told that this service is ready may ask at once.
      await nc.flush()
    },
    async stop() {
      if (subscription !== undefined && !subscription.isClosed()) await subscription.drain()
      await Promise.all(inFlight)
    },
  }
}

/** Longest name that is told; header values hold no line breaks, so names travel percent-encoded. */
const maxActorChars = 200

function actorOf(message: Msg): string {
  const header = message.headers?.get(headerNames.actor) ?? ''
  try {
    return decodeURIComponent(header).slice(0, maxActorChars) || 'anonymous'
  } catch {
    return 'anonymous'
  }
}

function readRequest<D extends RpcDefinition>(rpc: D, message: Msg): RpcRequest<D> {
  let json: unknown
  try {
    json = message.json()
  } catch (error) {
    throw new RpcError('invalid', `not JSON: ${messageOf(error)}`)
  }
  const parsed = rpc.input.safeParse(json)
  if (!parsed.success) throw invalid(parsed.error)
  return parsed.data as RpcRequest<D>
}

/** `invalid` with `details.fields`: messages by field. */
function invalid(error: z.ZodError): RpcError {
  const fields: Record<string, string[]> = {}
  for (const issue of error.issues) {
    const name = issue.path.join('.') || 'request'
    fields[name] = [...(fields[name] ?? []), issue.message]
  }
  return new RpcError('invalid', problemsOf(error).join('; '), { fields })
}

function errorBodyOf(error: unknown): RpcErrorBody {
  if (!(error instanceof RpcError)) return { code: 'internal', message: 'unexpected error' }
  const { code, message, details } = error
  return { code, message, ...(details === undefined ? {} : { details }) }
}
