import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { PageRecord } from '@seine/contracts'
import { linesOf } from './lines.ts'
import type { ReportRow } from './row.ts'
import { openTextFile } from './text-file.ts'

/** Pages put aside on disk until all of them are known. */
export interface PageSpool extends AsyncDisposable {
  add(row: ReportRow): Promise<void>
  /** In the order in which they were added, without what seo.csv has no use for. Once; nothing can be added afterwards. */
  rows(): AsyncGenerator<ReportRow>
}

export function openPageSpool(file: string): PageSpool {
  const out = openTextFile(file)
  return {
    add: ({ ledger, record }) => out.write(`${JSON.stringify([ledger, record && slim(record)])}\n`),
    async *rows() {
      await out.end()
      for await (const line of linesOf(createReadStream(file, { highWaterMark: 256 * 1024 }))) {
        const [ledger, record] = JSON.parse(line) as [ReportRow['ledger'], ReportRow['record']]
        yield { ledger, record, previous: null }
      }
    },
    async [Symbol.asyncDispose]() {
      await out.abort()
      await rm(file, { force: true })
    },
  }
}

// Links and signatures are most of a record, and by then they have been read. That there were links has to stay.
function slim({ extracted: _extracted, ...record }: PageRecord): PageRecord {
  if (record.seo === null) return { ...record, product: null }
  const { minhash: _minhash, outlinks, ...seo } = record.seo
  return { ...record, product: null, seo: outlinks === undefined ? seo : { ...seo, outlinks: '' } }
}
