import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Access, type AccessLog, accessLogOf } from './access-log.ts'
import { type SampleSites, type SampleWorld, sampleDomain } from './server.ts'

/** Sample sites in a process of their own: what keeps the test busy delays none of their answers or clock readings. */
export interface SampleProcess
  extends AsyncDisposable,
    Pick<SampleSites, 'port' | 'hosts' | 'fetcherEnv' | 'originOf'> {
  readonly pid: number
  /** What was asked so far. */
  log(): Promise<AccessLog>
  stop(): Promise<void>
}

/** Throws with what the process wrote when it does not start. */
export async function startSampleProcess(world: SampleWorld): Promise<SampleProcess> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--world', world], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true || child.pid === undefined) throw new Error(`the sample sites of '${world}' did not start`)
  const { port, hosts, HOST_OVERRIDES, ALLOWED_PRIVATE_NETWORKS } = JSON.parse(first.value) as Ready
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    pid: child.pid,
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
