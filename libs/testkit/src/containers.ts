import { freePort } from '@seine/stack'
import type { StartedTestContainer } from 'testcontainers'
import { containerRuntimeAnswers } from './container-runtime.ts'
import type { TestServer } from './test-server.ts'

/**
 * A server from an image on a fixed loopback port, so that it keeps its address over `kill` and `start`; ready when it listens.
 * Null: no container runtime answers, or it has not got the image and can't pull it.
 */
export async function startFromImage(options: {
  image: string
  port: number
  command?: string[]
  env?: Record<string, string>
}): Promise<{ server: TestServer; hostPort: number } | null> {
  if (!(await containerRuntimeAnswers())) return null
  // Imported here: it takes a third of a second that runs without containers need not pay.
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers')
  const hostPort = await freePort()
  let image = new GenericContainer(options.image)
    .withExposedPorts({ container: options.port, host: hostPort })
    .withEnvironment(options.env ?? {})
  if (options.command !== undefined) image = image.withCommand(options.command)
  let container: StartedTestContainer
  try {
    container = await image.start()
  } catch (error) {
    // The runtime itself or an image of testcontainers' own may be what can't be had: the reason names no image then.
    if (!/no such host|pull access denied|connection refused|i\/o timeout|manifest unknown/i.test(String(error)))
      throw error
    return null
  }
  const stop = async () => {
    await container.stop()
  }
  const server: TestServer = {
    async kill() {
      const client = await getContainerRuntimeClient()
      await client.container.getById(container.getId()).kill({ signal: 'SIGKILL' })
    },
    start: () => container.restart(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
  return { server, hostPort }
}
