import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { VisitColumns } from './visit-log.ts'
import type { World } from './world.ts'

export interface ServedHosts extends AsyncDisposable {
  readonly world: World
  readonly pid: number
  /** Requests so far, by host. */
  seen(): Promise<Uint32Array>
  /** `worstStallMs`: how long the server itself stood still at most; so late it may have seen a request. */
  visits(): Promise<{ visits: VisitColumns; worstStallMs: number }>
}

/** Throws where the process ends before it listens. */
export async function serveHosts({ hosts, pagesEach, answerMs }: Omit<World, 'port'>): Promise<ServedHosts> {
  const child = fork(join(import.meta.dirname, 'serve-hosts.ts'), [hosts, pagesEach, answerMs].map(String), {
    execArgv: [],
    // Typed arrays as they are.
    serialization: 'advanced',
  })
  const { port } = await answerOf<{ port: number }>(child)
  const ask = async <T extends object>(question: string): Promise<T> => {
    const answer = answerOf<T>(child)
    child.send(question)
    return answer
  }
  return {
    world: { hosts, pagesEach, answerMs, port },
    pid: child.pid!,
    seen: async () => (await ask<{ seen: Uint32Array }>('seen')).seen,
    visits: () => ask<{ visits: VisitColumns; worstStallMs: number }>('visits'),
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

function answerOf<T extends object>(child: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onExit = (code: number | null) => reject(new Error(`the server ended with ${code}`))
  child.once('exit', onExit)
  child.once('message', (answer) => {
    child.off('exit', onExit)
    resolve(answer as T)
  })
  return promise
}
