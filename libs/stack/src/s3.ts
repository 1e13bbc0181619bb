import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { debianPackage } from './debian-package.ts'
import { freePort } from './free-port.ts'
import { binaryFolders, cacheDir } from './paths.ts'
import { type ManagedProcess, makeProcess } from './processes.ts'
import { portAccepts } from './readiness.ts'
import { findTool } from './tools.ts'

export interface S3Server {
  readonly process: ManagedProcess
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
}

/** Path of an rclone that serves S3 (1.65 brought it). */
export function findRclone(path: string | undefined, onFetch?: (line: string) => void): Promise<string> {
  return findTool(
    {
      name: 'rclone',
      minVersion: '1.65.0',
      versionArgs: ['version'],
      advice: 'install it from https://rclone.org/install/',
    },
    {
      folders: binaryFolders(path),
      cacheFolder: join(cacheDir, 'bin'),
      sources: [debianPackage('rclone', 'usr/bin/rclone')],
      ...(onFetch === undefined ? {} : { onFetch }),
    },
  )
}

/** An S3 server over a folder, one bucket a subfolder; for tests, not started yet. */
export async function makeS3Server(options: { binary: string; dir: string; restart: boolean }): Promise<S3Server> {
  const port = await freePort()
  const accessKey = 'seine'
  const secretKey = randomBytes(18).toString('base64url')
  const root = join(options.dir, 'buckets')
  await mkdir(root, { recursive: true })
  const process = makeProcess({
    name: 's3',
    command: options.binary,
    args: ['serve', 's3', '--addr', `127.0.0.1:${port}`, '--auth-key', `${accessKey},${secretKey}`, root],
    env: { HOME: options.dir, RCLONE_CONFIG: '/dev/null', RCLONE_CACHE_DIR: join(options.dir, 'cache') },
    cwd: options.dir,
    logFile: join(options.dir, 'rclone.log'),
    ready: () => portAccepts(port),
    restart: options.restart,
  })
  return { process, endpoint: `http://127.0.0.1:${port}`, accessKey, secretKey, region: 'us-east-1' }
}
