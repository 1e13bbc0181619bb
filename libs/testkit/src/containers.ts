import { freePort } from '@seine/stack'
import type { StartedTestContainer } from 'testcontainers'
import type { TestServer } from './test-server.ts'

/** A server from an image on a fixed loopback port, so that it keeps its address over `kill` and `start`; ready when it listens. */
export async function startContainer(options: {
  image: string
  port: number
  command?: string[]
  env?: Record<string, string>
}): Promise<{ server: TestServer; hostPort: number }> {
  // Imported here: it takes a third of a second that runs without containers need not pay.
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers')
  const hostPort = await freePort()
  let image = new GenericContainer(options.image)
    .withExposedPorts({ container: options.port, host: hostPort })
    .withEnvironment(options.env ?? {})
  if (options.command !== undefined) image = image.withCommand(options.command)
  const container: StartedTestContainer = await image.start()
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
