import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ArtifactSource, type Content, readFileStream } from './store.ts'

/**
 * Makes a source's size and hash known before a byte of it is stored. A stream goes through a temp file: only so can an
 * identical file be left alone, an object carry its hash from the first byte, and a stream that breaks leave no trace.
 */
export async function takeIn(source: ArtifactSource, spoolDir = tmpdir()): Promise<Content & AsyncDisposable> {
  if (source instanceof Uint8Array)
    return { ...measure(source), open: () => Readable.from([source]), ...nothingToRemove }
  if (!isStream(source)) {
    const { file } = source
    return { ...(await drain(readFileStream(file))), open: () => readFileStream(file), ...nothingToRemove }
  }
  await mkdir(spoolDir, { recursive: true })
  const file = join(spoolDir, `artifact-${randomUUID()}.spool`)
  const remove = () => rm(file, { force: true })
  try {
    const measured = await drain(source, file)
    return { ...measured, open: () => readFileStream(file), [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

// Not by class: streams of other packages have their own.
function isStream(source: Exclude<ArtifactSource, Uint8Array>): source is Readable {
  return 'pipe' in source
}

const nothingToRemove = { [Symbol.asyncDispose]: async () => {} }

function measure(bytes: Uint8Array): { sizeBytes: number; sha256: string } {
  return { sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

// Reads a stream to its end, into a file if one is named.
async function drain(stream: Readable, file?: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* measured(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      yield chunk
    }
  }
  if (file === undefined) for await (const _ of measured(stream));
  else await pipeline(stream, measured, createWriteStream(file))
  return { sizeBytes, sha256: hash.digest('hex') }
}
