import { setTimeout as sleep } from 'node:timers/promises'
import { headers as newHeaders } from '@nats-io/transport-node'
import { type Bus, connectBus } from '@seine/bus'
import { type FetchTask, streams } from '@seine/contracts'
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
  /** Copies of tasks that were sent in this round, by host with port: each may be one request more at once. */
  tasksRepeated(): ReadonlyMap<string, number>
}

interface Heard {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers: readonly (readonly [string, string])[]
}

/** Of each stream; the oldest are forgotten. */
const maxHeard = 2_000
/** Copies of tasks for one host: its concurrency is held against no more. */
const maxTasksOfHost = 3
/** What a message only has while it is in a batch, or expected of the stream when it was first said. */
const bound = /^Nats-(Batch|Expected)/i

/** Connects as a user who may say everything. */
export async function makeRepeater(natsUrl: string): Promise<Repeater> {
  const bus: Bus = await connectBus({ servers: [natsUrl], name: 'repeater' }, silentLogger)
  const heard = new Map<ToldAgain, Heard[]>()
  let tasks = new Map<string, number>()
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

  /** Whether it may be said again; counts it. */
  function admitTask(message: Heard): boolean {
    const { url } = JSON.parse(Buffer.from(message.data).toString('utf8')) as FetchTask
    const { host } = new URL(url)
    const count = tasks.get(host) ?? 0
    if (count >= maxTasksOfHost) return false
    tasks.set(host, count + 1)
    return true
  }

  const publish = async (message: Heard, sameId: boolean) => {
    const headers = newHeaders()
    for (const [name, value] of message.headers)
      if (sameId || name.toLowerCase() !== 'nats-msg-id') headers.append(name, value)
    await bus.js.publish(message.subject, message.data, { headers, timeout: 2_000 })
  }

  return {
    beginRound(seed) {
      heard.clear()
      tasks = new Map()
      random = makeRandom(seed)
    },
    async repeat({ stream, share, sameId, afterMs }) {
      const drawn = (heard.get(stream) ?? []).filter(() => random() < share)
      await sleep(afterMs)
      for (const message of drawn) {
        if (stream === 'TASKS' && !admitTask(message)) continue
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
    tasksRepeated: () => tasks,
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  }
}
