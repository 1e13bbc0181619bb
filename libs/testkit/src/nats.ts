import { findNatsServer, makeNatsServer } from '@seine/stack'
import { startFromImage } from './containers.ts'
import { type TestServer, temporaryFolder, testServer } from './test-server.ts'

export interface TestNats extends TestServer {
  /** `nats://127.0.0.1:<port>`. */
  readonly url: string
  /** The same as a list, as `connectBus` wants it. */
  readonly servers: string[]
}

/** A real nats-server with JetStream and an empty store. Nothing is provisioned. `configuration`: users, TLS. */
export async function startNats(options: { configuration?: string } = {}): Promise<TestNats> {
  const { configuration } = options
  // An image takes no file from here.
  const container =
    configuration !== undefined
      ? null
      : await startFromImage({
          image: 'nats:2.14-alpine',
          port: 4222,
          command: ['--jetstream', '--store_dir', '/data'],
        })
  if (container !== null) return withAddress(container.server, `nats://127.0.0.1:${container.hostPort}`)
  const folder = await temporaryFolder('nats')
  const binary = await findNatsServer(process.env.PATH)
  const { process: nats, url } = await makeNatsServer({
    binary,
    dir: folder,
    restart: false,
    ...(configuration === undefined ? {} : { configuration }),
  })
  await nats.start()
  return withAddress(testServer(nats, folder), url)
}

function withAddress(server: TestServer, url: string): TestNats {
  return { ...server, url, servers: [url] }
}
