import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RequestSummary } from './request-counts.ts'
import type { World } from './world.ts'

export interface Generator extends AsyncDisposable {
  readonly world: World
  readonly pid: number
  /** What was asked for so far. */
  summary(): Promise<RequestSummary>
}

/** Throws where it ends before it listens. */
export async function startGenerator({ sites, pagesEach }: Omit<World, 'port'>): Promise<Generator> {
  const child = fork(join(import.meta.dirname, 'generator.ts'), [String(sites), String(pagesEach)], { execArgv: [] })
  const { port } = await answerOf<{ port: number }>(child)
  return {
    world: { sites, pagesEach, port },
    pid: child.pid!,
    async summary() {
      const answer = answerOf<RequestSummary>(child)
      child.send('summary')
      return answer
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

async function answerOf<T extends object>(child: ChildProcess): Promise<T> {
  const [answer] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [T | number | null]
  if (typeof answer !== 'object' || answer === null) throw new Error(`the generator ended with ${answer}`)
  return answer
}
