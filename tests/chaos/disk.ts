import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A small file system of our own, in memory. */
export interface Disk {
  readonly path: string
  /** Not a byte more fits in, until it is made free again. */
  fill(): Promise<void>
  free(): Promise<void>
  remove(): Promise<void>
}

/** Mounts it. Throws where this process may not. */
export async function makeDisk(path: string, megabytes: number): Promise<Disk> {
  await mkdir(path, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'seine-chaos', path])
  const ballast = join(path, '.ballast')
  return {
    path,
    async fill() {
      const file = await open(ballast, 'w')
      try {
        const chunk = Buffer.alloc(64 * 1_024)
        for (;;) if ((await file.write(chunk)).bytesWritten < chunk.length) break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => rm(ballast, { force: true }),
    remove: async () => void (await run('umount', ['--lazy', path])),
  }
}
