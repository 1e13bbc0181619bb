import { appendFileSync, closeSync, openSync, readSync, rmSync } from 'node:fs'

/** Texts in a file, by the place that each was given. */
export interface TextPool {
  add(text: string): { at: number; bytes: number }
  read(at: number, bytes: number): string
  remove(): void
}

/** Places are counted in these, so that one word reaches 64 GB. */
const unitBytes = 16
const flushBytes = 64 * 1024

export function makeTextPool(file: string): TextPool {
  let held: Buffer[] = []
  let heldBytes = 0
  let filedBytes = 0
  let handle = -1
  const flush = (): void => {
    if (heldBytes === 0) return
    appendFileSync(file, Buffer.concat(held))
    filedBytes += heldBytes
    held = []
    heldBytes = 0
  }
  return {
    add(text) {
      const at = (filedBytes + heldBytes) / unitBytes
      const bytes = Buffer.from(text, 'utf8')
      const padded = Buffer.alloc(Math.ceil(bytes.length / unitBytes) * unitBytes)
      bytes.copy(padded)
      held.push(padded)
      heldBytes += padded.length
      if (heldBytes >= flushBytes) flush()
      return { at, bytes: bytes.length }
    },
    read(at, bytes) {
      flush()
      if (handle < 0) handle = openSync(file, 'r')
      const text = Buffer.alloc(bytes)
      readSync(handle, text, 0, bytes, at * unitBytes)
      return text.toString('utf8')
    },
    remove() {
      if (handle >= 0) closeSync(handle)
      handle = -1
      rmSync(file, { force: true })
    },
  }
}
