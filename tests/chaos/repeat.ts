import { setTimeout as sleep } from 'node:timers/promises'
import { headers as newHeaders } from '@nats-io/transport-node'
import { type Bus, connectBus } from '@seine/bus'
import { streams } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { makeRandom } from '@seine/testkit'
import { type Deed, type ToldAgain, toldAgain } from './fault.ts'

/** Listens to what is said and says some of it again. */
export interface Repeater extends AsyncDisposable {
  /** Forgets what was heard, and draws by this seed from now on. */
  beginRound(seed: number): void
  /** Says messages again as the fault has it; resolves when it is done or the broker refused the rest. */
  repeat(deed: Extract<Deed, { kind: 'repeat' }>): Promise<void>
  /** Asks for everything that was exported in this round once more, as somebody else's work. How much that is. */
  exportAgain(): Promise<number>
}

interface Heard {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers: readonly (readonly [string, string])[]
}

/** Of each stream; the oldest are forgotten. */
const maxHeard = 2_000
/** What a message only has while it is in a batch, or expected of the stream when it was first said. */
const bound = /^Nats-(Batch|Expected)/i

/** Connects as a user who may say everything. */
export async function makeRepeater(servers: readonly string[]): Promise<Repeater> {
  const bus: Bus = await connectBus({ servers, name: 'repeater' }, silentLogger)
  const heard = new Map<ToldAgain, Heard[]>()
  let random = makeRandom(0)
  for (const stream of toldAgain)
    for (const subject of streams[stream].subjects)
      bus.nc.subscribe(subject, {
        callback: (_error, message) => {
          const list = heard.get(stream) ?? []
          heard.set(stream, list)
          const headers = [...(message.headers ?? [])].flatMap(([name, values]) =>
            bound.test(name) ? [] : values.map((value) => [name, value] as const),
          )
          list.push({ subject: message.subject, data: message.data, headers })
          if (list.length > maxHeard) list.shift()
        },
      })

  const publish = async (message: Heard, sameId: boolean) => {
    const headers = newHeaders()
    for (const [name, value] of message.headers)
      if (sameId || name.toLowerCase() !== 'nats-msg-id') headers.append(name, value)
    await bus.js.publish(message.subject, message.data, { headers, timeout: 2_000 })
  }

  return {
    beginRound(seed) {
      heard.clear()
      random = makeRandom(seed)
    },
    async repeat({ stream, share, sameId, afterMs }) {
      const drawn = (heard.get(stream) ?? []).filter(() => random() < share)
      await sleep(afterMs)
      for (const message of drawn) {
        try {
          await publish(message, sameId)
        } catch {
          // The broker is away, or will not have it: that is another fault's doing.
          return
        }
      }
    },
    async exportAgain() {
      // Each once: some were repeated already.
      const works = new Map((heard.get('EXPORTS') ?? []).map((message) => [message.subject, message]))
      for (const message of works.values()) await publish(message, false)
      return works.size
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  }
}
