import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ToolSource } from './tools.ts'

const run = promisify(execFile)
const timeoutMs = 180_000
const maxArchiveBytes = 100_000_000

export interface Release {
  /** Where the release's files lie, no slash at the end. */
  readonly baseUrl: string
  /** Archives by platform (`linux-x64`: `process.platform`-`process.arch`). */
  readonly archives: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>
  /** Path of the program in the archive, given the archive's name without `.tar.gz`. */
  readonly pathInArchive: (stem: string) => string
}

/** Takes a program out of a released `.tar.gz` whose SHA-256 is pinned here: a changed file is refused unopened. */
export function releaseDownload(name: string, release: Release, platform: string): ToolSource {
  return {
    name,
    async fetch(destination) {
      const archive = release.archives[platform]
      if (archive === undefined) return { ok: false, reason: `none for ${platform}` }
      const url = `${release.baseUrl}/${archive.file}`
      const downloaded = await download(url)
      if (!downloaded.ok) return downloaded
      const sha256 = createHash('sha256').update(downloaded.bytes).digest('hex')
      if (sha256 !== archive.sha256) {
        return { ok: false, reason: `${url} has SHA-256 ${sha256}, expected ${archive.sha256}` }
      }
      await mkdir(dirname(destination), { recursive: true })
      const folder = await mkdtemp(join(dirname(destination), '.release-'))
      try {
        const program = release.pathInArchive(archive.file.replace(/\.tar\.gz$/, ''))
        await writeFile(join(folder, 'archive.tar.gz'), downloaded.bytes)
        await run('tar', ['-xzf', 'archive.tar.gz', program], { cwd: folder, timeout: timeoutMs })
        await chmod(join(folder, program), 0o755)
        await rename(join(folder, program), destination)
        return { ok: true }
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message.split('\n')[0]! : String(error) }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function download(url: string): Promise<{ ok: true; bytes: Buffer } | { ok: false; reason: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok || answer.body === null) return { ok: false, reason: `${url} answered ${answer.status}` }
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    for await (const chunk of answer.body) {
      sizeBytes += chunk.length
      if (sizeBytes > maxArchiveBytes) return { ok: false, reason: `${url} is over ${maxArchiveBytes} bytes` }
      chunks.push(chunk)
    }
    return { ok: true, bytes: Buffer.concat(chunks) }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { ok: false, reason: `${url}: ${cause}` }
  }
}
