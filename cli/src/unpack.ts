import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'

/**
 * Unpacks an archive into a folder and gives the paths in it. What the archive has at its top replaces what lies there under the
 * same name, so that files of an earlier run don't linger. The library refuses paths that lead out of the folder.
 */
export async function unpack(archive: string, folder: string): Promise<string[]> {
  const zip = await openPromise(archive)
  const paths: string[] = []
  const cleared = new Set<string>()
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName
    const top = path.split('/')[0]!
    if (!cleared.has(top)) await rm(join(folder, top), { recursive: true, force: true })
    cleared.add(top)
    if (path.endsWith('/')) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, path)))
    paths.push(path)
  }
  return paths
}
