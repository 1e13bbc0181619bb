import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Access, type AccessLog, accessLogOf } from './access-log.ts'
import { type SampleSites, type SampleWorld, sampleDomain } from './server.ts'

/** Sample sites in a process of their own: what keeps the test busy delays none of their answers or clock readings. */
export interface SampleProcess
  extends AsyncDisposable,
    Pick<SampleSites, 'port' | 'hosts' | 'fetcherEnv' | 'originOf'> {
  /** What was asked so far. */
  log(): Promise<AccessLog>
  stop(): Promise<void>
}

/** Throws when it does not start. */
export async function startSampleProcess(world: SampleWorld): Promise<SampleProcess> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = fork(main, ['--world', world], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  const exited = once(child, 'exit')
  const [ready] = (await Promise.race([once(child, 'message'), exited])) as [Ready | number | null]
  if (typeof ready !== 'object' || ready === null) throw new Error(`the sample sites of '${world}' did not start`)
  const { port, hosts, HOST_OVERRIDES, ALLOWED_PRIVATE_NETWORKS } = ready
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    port,
    hosts,
    fetcherEnv: { HOST_OVERRIDES, ALLOWED_PRIVATE_NETWORKS },
    originOf: (name) => `http://${name}.${sampleDomain}:${port}`,
    async log() {
      const answer = await fetch(`http://127.0.0.1:${port}/log`)
      return accessLogOf((await answer.json()) as Access[])
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

type Ready = Pick<SampleSites, 'port' | 'hosts'> & SampleSites['fetcherEnv']
