/** The part of archiver 8 that is used; it comes without types. */
declare module 'archiver' {
  import type { Readable, Transform } from 'node:stream'

  export interface EntryOptions {
    name: string
    date: Date
    mode: number
  }

  export class ZipArchive extends Transform {
    constructor(options: { zlib?: { level: number }; forceZip64?: boolean; statConcurrency?: number })
    /** Queues an entry; `entry` is emitted when it is in. */
    append(source: Readable | Buffer | string, options: EntryOptions): this
    /** Resolves when all entries are in and the directory is written. */
    finalize(): Promise<void>
    abort(): this
  }
}
