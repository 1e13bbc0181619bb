import { findNatsServer, makeNatsServer } from '@seine/stack'
import { containerRuntimeAnswers } from './container-runtime.ts'
import { startContainer } from './containers.ts'
import { type TestServer, temporaryFolder, testServer } from './test-server.ts'

export interface TestNats extends TestServer {
  /** `nats://127.0.0.1:<port>`. */
  readonly url: string
  /** The same as a list, as `connectBus` wants it. */
  readonly servers: string[]
}

/** A real nats-server with JetStream and an empty store. Nothing is provisioned. */
export async function startNats(): Promise<TestNats> {
  if (await containerRuntimeAnswers()) {
    const { server, hostPort } = await startContainer({
      image: 'nats:2.14-alpine',
      port: 4222,
      command: ['--jetstream', '--store_dir', '/data'],
    })
    return withAddress(server, `nats://127.0.0.1:${hostPort}`)
  }
  const folder = await temporaryFolder('nats')
  const binary = await findNatsServer(process.env.PATH)
  const { process: nats, url } = await makeNatsServer({ binary, dir: folder, restart: false })
  await nats.start()
  return withAddress(testServer(nats, folder), url)
}

function withAddress(server: TestServer, url: string): TestNats {
  return { ...server, url, servers: [url] }
}
