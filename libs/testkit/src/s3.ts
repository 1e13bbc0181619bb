import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { startFromImage } from './containers.ts'
import { temporaryFolder } from './test-server.ts'

export interface TestS3 extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  stop(): Promise<void>
}

/** The part of the package's server that is used; it has no types. */
interface S3rver {
  run(): Promise<{ port: number }>
  close(): Promise<void>
}

/** An S3 server without buckets: versitygw (ADR-0007) where containers can be had, s3rver (which checks signatures) otherwise. */
export async function startS3(): Promise<TestS3> {
  const credentials = { accessKey: 'seine-test', secretKey: 'seine-test-secret' }
  const container = await startFromImage({
    image: 'versity/versitygw:v1.7.0',
    port: 7070,
    env: {
      VGW_BACKEND: 'posix',
      VGW_BACKEND_ARG: '/tmp',
      ROOT_ACCESS_KEY: credentials.accessKey,
      ROOT_SECRET_KEY: credentials.secretKey,
    },
  })
  if (container !== null) return testS3(`http://127.0.0.1:${container.hostPort}`, credentials, container.server.stop)
  const folder = await temporaryFolder('s3')
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: object) => S3rver
  const server = new S3rver({ address: '127.0.0.1', port: 0, directory: folder, silent: true })
  const { port } = await server.run()
  // The package's one account.
  return testS3(`http://127.0.0.1:${port}`, { accessKey: 'S3RVER', secretKey: 'S3RVER' }, async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })
}

function testS3(endpoint: string, credentials: { accessKey: string; secretKey: string }, stop: () => Promise<void>) {
  return { endpoint, ...credentials, region: 'us-east-1', stop, [Symbol.asyncDispose]: stop }
}
