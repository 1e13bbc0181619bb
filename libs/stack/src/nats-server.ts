import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianPackage } from './debian-package.ts'
import { freePort } from './free-port.ts'
import { binaryFolders, cacheDir } from './paths.ts'
import { type ManagedProcess, makeProcess } from './processes.ts'
import { natsAnswers } from './readiness.ts'
import { type Release, releaseDownload } from './release-download.ts'
import { findTool, type Tool } from './tools.ts'

const natsServerTool: Tool = {
  name: 'nats-server',
  // 2.12 brought atomic batches, which results are published in.
  minVersion: '2.12.0',
  versionArgs: ['--version'],
  advice: 'install it from https://github.com/nats-io/nats-server/releases (macOS: brew install nats-server)',
}

/** SHA-256 as the project's own container images check them (nats-io/nats-docker, 2.14.x). */
const natsRelease: Release = {
  baseUrl: 'https://github.com/nats-io/nats-server/releases/download/v2.14.5',
  archives: {
    'linux-x64': {
      file: 'nats-server-v2.14.5-linux-amd64.tar.gz',
      sha256: '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
    },
    'linux-arm64': {
      file: 'nats-server-v2.14.5-linux-arm64.tar.gz',
      sha256: '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
    },
    'linux-arm': {
      file: 'nats-server-v2.14.5-linux-arm7.tar.gz',
      sha256: 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71',
    },
    'linux-ppc64': {
      file: 'nats-server-v2.14.5-linux-ppc64le.tar.gz',
      sha256: '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4',
    },
    'linux-s390x': {
      file: 'nats-server-v2.14.5-linux-s390x.tar.gz',
      sha256: '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67',
    },
  },
  pathInArchive: (stem) => `${stem}/nats-server`,
}

/** Path of a nats-server ≥ 2.12: on PATH, in the cache, from Debian's newest suite, or the official release. */
export function findNatsServer(path: string | undefined, onFetch?: (line: string) => void): Promise<string> {
  return findTool(natsServerTool, {
    folders: binaryFolders(path),
    cacheFolder: join(cacheDir, 'bin'),
    sources: [
      debianPackage('nats-server', 'usr/sbin/nats-server'),
      releaseDownload('the official release', natsRelease, `${process.platform}-${process.arch}`),
    ],
    ...(onFetch === undefined ? {} : { onFetch }),
  })
}

/** The same without fetching anything. Throws ToolMissing. */
export function locateNatsServer(path: string | undefined): Promise<string> {
  return findTool(natsServerTool, { folders: binaryFolders(path), cacheFolder: join(cacheDir, 'bin'), sources: [] })
}

/**
 * What the broker takes before it collects garbage more eagerly: left alone it lets blocks of files that were read once lie until they are
 * as much again as all it needs, which was 700 MB after the archive of a run of 100,000 pages.
 */
const softMemoryLimit = '384MiB'

export interface NatsServer {
  readonly process: ManagedProcess
  /** `nats://127.0.0.1:<port>`; the same after a restart. */
  readonly url: string
}

export interface NatsServerOptions {
  /** Path of the executable, see {@link findNatsServer}. */
  readonly binary: string
  /** Its own folder: configuration and store. */
  readonly dir: string
  /** Absent: in its folder. */
  readonly logFile?: string
  /** Absent: any free one. */
  readonly port?: number
  /** What streams may reserve together. Absent: three quarters of the room on its disk. */
  readonly maxStoreBytes?: number
  /** More of its configuration: users, TLS. */
  readonly configuration?: string
  readonly restart: boolean
  readonly onChange?: Parameters<typeof makeProcess>[0]['onChange']
}

/** A single nats-server with JetStream on a loopback port, not started yet. */
export async function makeNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const port = options.port ?? (await freePort())
  const configFile = join(options.dir, 'nats-server.conf')
  await mkdir(options.dir, { recursive: true })
  const config = natsConfig(port, join(options.dir, 'store'), options.maxStoreBytes) + (options.configuration ?? '')
  // It may hold passwords.
  await writeFile(configFile, config, { mode: 0o600 })
  await chmod(configFile, 0o600)
  const process = makeProcess({
    name: 'nats',
    command: options.binary,
    args: ['--config', configFile],
    env: { GOMEMLIMIT: softMemoryLimit },
    cwd: options.dir,
    logFile: options.logFile ?? join(options.dir, 'nats-server.log'),
    ready: () => natsAnswers(port),
    // Streams are recovered before it listens: a large store takes its time.
    startTimeoutMs: 60_000,
    restart: options.restart,
    ...(options.onChange === undefined ? {} : { onChange: options.onChange }),
  })
  return { process, url: `nats://127.0.0.1:${port}` }
}

function natsConfig(port: number, storeDir: string, maxStoreBytes?: number): string {
  const limit = maxStoreBytes === undefined ? '' : `\n  max_file_store: ${maxStoreBytes}`
  return `host: 127.0.0.1
port: ${port}
server_name: seine
jetstream {
  store_dir: ${JSON.stringify(storeDir)}${limit}
  # An acknowledged message is on disk: the default acknowledges first and syncs every two minutes.
  sync_interval: always
}
`
}
