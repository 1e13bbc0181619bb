import { execFile } from 'node:child_process'
import { access, chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ToolSource } from './tools.ts'

const run = promisify(execFile)
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const timeoutMs = 180_000

/**
 * Takes one program out of a package of Debian's newest suite, with apt's own signature checks, without root and without
 * touching the system's sources, lists or packages: apt gets a source list, list folder and cache of its own, and the
 * package is unpacked with `dpkg -x`, not installed.
 */
export function debianPackage(packageName: string, pathInPackage: string, etc = '/etc'): ToolSource {
  return {
    name: `Debian's newest ${packageName} package`,
    async fetch(destination) {
      if (!(await exists('/usr/bin/apt-get')) || !(await exists(keyring))) {
        return { ok: false, reason: 'no apt of a Debian here' }
      }
      const mirrors = plainMirrors(await configuredUris(etc))
      if (mirrors.length === 0) return { ok: false, reason: 'no Debian mirror among the configured sources' }
      await mkdir(dirname(destination), { recursive: true })
      const folder = await mkdtemp(join(dirname(destination), `.${packageName}-`))
      try {
        let reason = ''
        for (const mirror of mirrors) {
          try {
            await downloadAndUnpack(folder, mirror, packageName)
            await place(join(folder, 'unpacked', pathInPackage), destination)
            return { ok: true }
          } catch (error) {
            reason = `${mirror}: ${firstLine(error)}`
          }
        }
        return { ok: false, reason }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function downloadAndUnpack(folder: string, mirror: string, packageName: string): Promise<void> {
  const sourceList = join(folder, 'newest.list')
  await mkdir(join(folder, 'lists/partial'), { recursive: true })
  await mkdir(join(folder, 'cache/archives/partial'), { recursive: true })
  await writeFile(sourceList, `deb [signed-by=${keyring}] ${mirror} sid main\n`)
  const settings = [
    `Dir::Etc::SourceList=${sourceList}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    // apt would drop to its own user, who need not be able to reach this folder.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false',
    'APT::Update::Error-Mode=any',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
  ].flatMap((setting) => ['-o', setting])
  // Hooks of the system's configuration (caches, desktops) would run after a successful update.
  const apt = (...args: string[]) =>
    run('apt-get', [...settings, '-q', ...args], { cwd: folder, timeout: timeoutMs, maxBuffer: 10_000_000 })
  await apt('update')
  await apt('download', packageName)
  const file = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (file === undefined) throw new Error(`apt downloaded no ${packageName}`)
  await run('dpkg', ['-x', join(folder, file), join(folder, 'unpacked')], { timeout: timeoutMs })
}

/** Copies beside the destination and renames, so that another process never sees half a program. */
async function place(from: string, destination: string): Promise<void> {
  const beside = `${destination}.${process.pid}`
  await copyFile(from, beside)
  await chmod(beside, 0o755)
  await rename(beside, destination)
}

/** Every URI of `sources.list` and `sources.list.d`, in one-line and deb822 form. */
async function configuredUris(etc: string): Promise<string[]> {
  const parts = join(etc, 'apt/sources.list.d')
  const names = await readdir(parts).catch(() => [])
  const files = [join(etc, 'apt/sources.list'), ...names.map((name) => join(parts, name))]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text) => sourceUris(text))
}

export function sourceUris(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const oneLine = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1]
    const deb822 = /^URIs:\s*(.*)$/i.exec(line)?.[1]
    return oneLine !== undefined ? [oneLine] : (deb822?.trim().split(/\s+/) ?? [])
  })
}

/**
 * Mirrors of the main archive among the URIs, the likeliest first. A dated snapshot path
 * (`…/archive/debian/20250520T000000Z/`) names one day; without the day it can't be used, and the host's plain
 * `/debian` is tried instead, then the day itself.
 */
export function plainMirrors(uris: readonly string[]): string[] {
  const mirrors: string[] = []
  for (const uri of uris) {
    if (!/^(https?|file|mirror\+\w+):/.test(uri)) continue
    const plain = uri.replace(/\/+$/, '')
    if (/\/debian$/.test(plain)) mirrors.push(plain)
    const dated = /^(.*?)(?:\/archive)?\/debian\/\d{8}T\d{6}Z$/.exec(plain)
    if (dated !== null) mirrors.push(`${dated[1]}/debian`, plain)
  }
  return [...new Set(mirrors)]
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return (
    text
      .split('\n')
      .find((line) => /^E:|^W:|\S/.test(line))
      ?.trim() ?? 'apt failed'
  )
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
