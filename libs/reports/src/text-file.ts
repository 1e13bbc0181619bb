import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { PassThrough, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A file that text is written to, as fast as it can take it. */
export interface TextFile {
  /** Waits while the disk, or what the text goes through, is behind. */
  write(text: string): Promise<void>
  /** Resolves when everything is in the file. */
  end(): Promise<void>
  /** Gives up: the file is removed. Nothing happens once it has ended. */
  abort(): Promise<void>
}

const flushChars = 64 * 1024

/** Opens a file for writing; the UTF-8 bytes go through `steps` (a compressor, say) first. */
export function openTextFile(file: string, steps: readonly Transform[] = []): TextFile {
  let held = ''
  let failure: unknown
  let hasEnded = false
  const through = new PassThrough()
  const done = pipeline([through, ...steps, createWriteStream(file)]).catch((error: unknown) => {
    failure = error
  })
  const flush = async (): Promise<void> => {
    if (failure !== undefined) throw failure
    const bytes = held
    held = ''
    if (bytes !== '' && !through.write(bytes, 'utf8'))
      await Promise.race([once(through, 'drain').catch(() => {}), done])
    if (failure !== undefined) throw failure
  }
  return {
    async write(text) {
      held += text
      if (held.length >= flushChars) await flush()
    },
    async end() {
      await flush()
      through.end()
      await done
      if (failure !== undefined) throw failure
      hasEnded = true
    },
    async abort() {
      if (hasEnded) return
      through.destroy()
      await done
      await rm(file, { force: true })
    },
  }
}
