import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Client } from '@seine/client'
import type { Run } from '@seine/contracts'

/**
 * Downloads the archive of a run into a folder, all its parts: `reports.zip`, or `reports-part01.zip` and so on. Gives their paths in order;
 * none where the run has no archive.
 */
export async function fetchArchive(client: Pick<Client, 'archive'>, run: Run, folder: string): Promise<string[]> {
  const parts = run.archiveParts ?? (run.archive === null ? [] : [run.archive])
  if (parts.length > 0) await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const [i, { path }] of parts.entries()) {
    const download = await client.archive(run.id, i + 1)
    if (download === null) return []
    const file = join(folder, path.split('/').at(-1) ?? '')
    await pipeline(download.body, createWriteStream(file))
    files.push(file)
  }
  return files
}
