import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Download } from '@seine/client'

/**
 * Saves a download and hashes it on the way. Nothing stands under the file's name but the whole file with the right hash. Gives
 * null, or what was wrong in a few words.
 */
export async function saveVerified(download: Download | null, file: string, sha256: string): Promise<string | null> {
  if (download === null) return 'it is not there any more'
  await mkdir(dirname(file), { recursive: true })
  const unfinished = `${file}.part`
  const hash = createHash('sha256')
  try {
    await pipeline(
      download.body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(unfinished),
    )
    if (hash.digest('hex') !== sha256) return 'its bytes are not those that were written (SHA-256)'
    await rename(unfinished, file)
    return null
  } finally {
    await rm(unfinished, { force: true })
  }
}
