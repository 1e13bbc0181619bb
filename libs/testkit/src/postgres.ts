import { makePostgres } from '@seine/stack'
import { startFromImage } from './containers.ts'
import { eventually } from './eventually.ts'
import { type TestServer, temporaryFolder, testServer } from './test-server.ts'

export interface TestPostgres extends TestServer {
  /** A connection string with user, password and an empty database of its own. */
  readonly url: string
}

/**
 * A real PostgreSQL with an empty database. Every call has its own cluster: making one takes half a second, which is less
 * than sharing one between test processes costs in care, and each can be killed.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const container = await startFromImage({
    image: 'postgres:18-alpine',
    port: 5432,
    command: ['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'],
    env: { POSTGRES_USER: 'seine', POSTGRES_PASSWORD: 'seine', POSTGRES_DB: 'seine' },
  })
  if (container !== null)
    return { ...container.server, url: `postgres://seine:seine@127.0.0.1:${container.hostPort}/seine` }
  const folder = await temporaryFolder('postgres')
  const { process, url } = await makePostgres({ dir: folder, durability: 'fast', restart: false })
  await process.start()
  // After SIGKILL its backends live on for a moment, and as long as one does it refuses to start.
  return { ...testServer(process, folder), start: () => eventually(() => process.start()), url }
}
