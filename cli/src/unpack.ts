import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'

/**
 * Unpacks the parts of an archive into a folder and gives the paths in them. What they have at their top replaces what lies there under the
 * same name, so that files of an earlier run don't linger. The library refuses paths that lead out of the folder.
 */
export async function unpack(parts: readonly string[], folder: string): Promise<string[]> {
  const paths: string[] = []
  const cleared = new Set<string>()
  for (const part of parts) {
    const zip = await openPromise(part)
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
  }
  return paths
}
