import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { chaosDomain } from './sites.ts'
import type { Visit } from './visit.ts'

/** The chaos world's web server. */
export interface Web extends AsyncDisposable {
  readonly port: number
  /** `http://shop.chaos.test:<port>`. */
  originOf(site: string): string
  /** Serves this generation from now on, and says where the log of it begins. */
  turnTo(generation: number): Promise<number>
  /** Requests since that place in the log, and what came to the address that may not be asked, ever. */
  logSince(place: number): Promise<{ visits: Visit[]; forbidden: string[] }>
}

interface Answer {
  visits: Visit[]
  total: number
  forbidden: string[]
}

/** It comes before others: what it notes down late can't be told from what came late. */
const priority = -15

/** Starts it in a process of its own, so that nothing else keeps it from noting down when a request came. */
export async function startWeb(address: string, forbiddenAddress: string): Promise<Web> {
  const main = fileURLToPath(new URL('serve-main.ts', import.meta.url))
  const child = fork(main, [address, forbiddenAddress], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
    // Ctrl-C is the harness's to handle: the server outlives the last look at its log.
    detached: true,
  })
  const exited = once(child, 'exit')
  const [ready] = (await Promise.race([once(child, 'message'), exited])) as [{ port: number } | number | null]
  if (typeof ready !== 'object' || ready === null) throw new Error('the web server of the chaos world did not start')
  try {
    if (child.pid !== undefined) setPriority(child.pid, priority)
  } catch {
    // Only root may; then it is as busy as the rest.
  }
  let last: Promise<unknown> = Promise.resolve()
  /** One at a time: answers have no name. */
  function ask(order: object): Promise<Answer> {
    const answer = last.then(async () => {
      const told = once(child, 'message')
      child.send(order)
      return ((await told) as [Answer])[0]
    })
    last = answer
    return answer
  }
  const { port } = ready
  return {
    port,
    originOf: (site) => `http://${site}.${chaosDomain}:${port}`,
    turnTo: async (generation) => (await ask({ generation })).total,
    logSince: async (place) => {
      const { visits, forbidden } = await ask({ logFrom: place })
      return { visits, forbidden }
    },
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await exited
    },
  }
}
