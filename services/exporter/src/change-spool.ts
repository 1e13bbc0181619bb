import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { Bus } from '@seine/bus'
import { changeLimits, type PageChanges, pageChanges } from '@seine/contracts'
import { type Change, type JoinedPage, linesOf, openTextFile } from '@seine/reports'

type SpooledChange = PageChanges['changes'][number]

/** Changes on their way to the history of pages: put aside until the export they are of is whole. */
export interface ChangeSpool extends AsyncDisposable {
  add(change: Change, page: JoinedPage): Promise<void>
  /** Publishes them in batches, the same ones each time; resolves when the stream has stored them all. Once, and nothing is added then. */
  publish(bus: Pick<Bus, 'publish'>, of: Omit<PageChanges, 'batch' | 'changes'>, signal: AbortSignal): Promise<void>
}

/** `file`: in the folder of the work, and gone with it. */
export function openChangeSpool(file: string): ChangeSpool {
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
  const spool = openTextFile(file, [createZstdCompress(level)])
  return {
    async add(change, page) {
      const spooled = spooledChange(change, page)
      if (spooled !== null) await spool.write(`${JSON.stringify(spooled)}\n`)
    },
    async publish(bus, of, signal) {
      await spool.end()
      let batch = 0
      let changes: SpooledChange[] = []
      let bytes = 0
      const send = async (): Promise<void> => {
        await bus.publish(pageChanges, { ...of, batch: batch++, changes })
        changes = []
        bytes = 0
      }
      for await (const line of linesOf(unpacked(file))) {
        signal.throwIfAborted()
        const lineBytes = Buffer.byteLength(line)
        if (changes.length === changeLimits.maxPerBatch || bytes + lineBytes > changeLimits.maxBatchBytes) await send()
        changes.push(JSON.parse(line) as SpooledChange)
        bytes += lineBytes
      }
      // Also where nothing has changed: an earlier export may have said otherwise.
      if (changes.length > 0 || batch === 0) await send()
    },
    [Symbol.asyncDispose]: () => spool.abort(),
  }
}

function unpacked(file: string): AsyncIterable<Uint8Array> {
  const unpacked = createZstdDecompress()
  // The reader sees the failure as the unpacked stream's; the callback only keeps it from being nobody's.
  pipeline(createReadStream(file), unpacked, () => {})
  return unpacked
}

/** Null: that a page was not checked is no change of it. */
export function spooledChange(found: Change, { record }: JoinedPage): SpooledChange | null {
  const { url, change, field, difference, percent, reason } = found
  if (change === 'not_checked') return null
  const product = change === 'removed' ? null : (record?.product ?? null)
  return {
    ...{ url, change, field, old: cut(found.old), new: cut(found.new), difference, percent },
    ...{ name: cut(found.name), reason },
    price: product?.price ?? null,
    currency: product?.currency ?? null,
    fetchedAt: record?.fetchedAt ?? null,
  }
}

function cut<T extends string | number | null>(value: T): T {
  if (typeof value !== 'string' || value.length <= changeLimits.maxTextChars) return value
  return value.slice(0, changeLimits.maxTextChars).toWellFormed() as T
}
