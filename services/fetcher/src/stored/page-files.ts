import { randomBytes } from 'node:crypto'
import { appendFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { pagesFolder, planKey } from '@seine/contracts'
import { packFileHead, packPage, type StoredPage } from '@seine/pages'
import type { Clock, Logger, Part } from '@seine/runtime'

export interface SiteRunRef {
  readonly runId: string
  readonly site: string
}

/** Where pages are put down, for sites that store what is fetched of them. */
export interface PageFiles {
  /**
   * Gives the name of the file that will hold the page, once it is on this machine's disk. Null: it could not be written, or
   * there was no room; the page's result says then that it was not stored.
   */
  add(of: SiteRunRef, page: StoredPage): Promise<string | null>
  /** Nothing more of a site run is fetched: its file goes to the store now. By {@link planKey}. */
  finish(siteRun: string): void
  /** Sends files to the store when they are old enough. */
  readonly part: Part
  /** Sends everything to the store. What it does not take is lost: the export counts its pages as not stored. */
  close(): Promise<void>
}

export interface PageFileLimits {
  /** A file this long goes to the store. */
  readonly maxFileBytes: number
  /** A file this old goes to the store: what a killed process can lose of a site run. */
  readonly maxFileAgeMs: number
  /** Files open at once; at the limit the oldest goes to the store. */
  readonly maxOpenFiles: number
  /** Bytes on disk, open and on their way; above it pages are not stored. */
  readonly maxSpoolBytes: number
}

interface PageFile {
  readonly name: string
  readonly of: SiteRunRef
  readonly openedAtMs: number
  /** On disk. */
  pages: number
  /** Appended, and about to be. */
  bytes: number
  /** Known to be whole records on disk. */
  writtenBytes: number
  /** The last write: they must not run into each other. */
  tail: Promise<boolean>
}

const lookEveryMs = 1_000
const maxRetryPauseMs = 30_000
/** Tries of each file when the process stops. */
const lastTries = 2

/**
 * One open WARC file for each site run of this process. A page is on disk before its result is published, and in the store within
 * `maxFileAgeMs`; the outcome names its file, so that one that never came to the store is seen (keeps I2).
 */
export function makePageFiles(deps: {
  /** This process's own, empty. */
  dir: string
  /** Stores a file under a path of the artifact store. */
  upload: (path: string, file: string) => Promise<unknown>
  limits: PageFileLimits
  clock: Clock
  nowMs: () => number
  log: Logger
}): PageFiles {
  const { dir, upload, limits, clock, log } = deps
  // Files of all fetchers and all their lives lie in one folder of the store.
  const writer = randomBytes(4).toString('hex')
  const open = new Map<string, PageFile>()
  const stopping = new AbortController()
  let files = 0
  let spoolBytes = 0
  let uploading: Promise<void> = Promise.resolve()
  let looking: Promise<void> = Promise.resolve()
  let refused = 0

  const localPath = ({ name }: PageFile): string => join(dir, name)

  function fileOf(of: SiteRunRef): PageFile {
    const key = planKey(of.runId, of.site)
    const known = open.get(key)
    if (known !== undefined) return known
    if (open.size >= limits.maxOpenFiles) send(open.keys().next().value!)
    const name = `${writer}-${String(++files).padStart(5, '0')}.warc.gz`
    const file: PageFile = {
      ...{ name, of, openedAtMs: clock.nowMs(), pages: 0, bytes: 0, writtenBytes: 0 },
      tail: Promise.resolve(true),
    }
    open.set(key, file)
    const head = packFileHead({ ...of, name, dateMs: deps.nowMs() })
    file.tail = head.then((bytes) => append(file, bytes, 0))
    return file
  }

  async function append(file: PageFile, bytes: Buffer, pages: number): Promise<boolean> {
    try {
      await appendFile(localPath(file), bytes)
      file.writtenBytes += bytes.length
      file.pages += pages
      return true
    } catch (error) {
      log.error('a page could not be written to disk', { file: file.name, ...file.of, error })
      // Half a record would hide all that comes after it.
      await truncate(localPath(file), file.writtenBytes).catch(() => {})
      return false
    }
  }

  /** Closes the file and puts it in the line for the store. */
  function send(key: string): void {
    const file = open.get(key)
    if (file === undefined) return
    open.delete(key)
    uploading = uploading.then(() => store(file))
  }

  async function store(file: PageFile): Promise<void> {
    const about = { file: file.name, ...file.of, pages: file.pages }
    await file.tail
    for (let tries = 1; file.pages > 0; tries++) {
      try {
        await upload(`${pagesFolder(file.of.runId, file.of.site)}/${file.name}`, localPath(file))
        log.debug('pages stored', { ...about, bytes: file.writtenBytes })
        break
      } catch (error) {
        if (stopping.signal.aborted && tries >= lastTries) {
          log.error('pages are lost, the store did not take them', { ...about, error })
          break
        }
        log.warn('pages could not be stored, trying again', { ...about, tries, error })
        await clock.sleep(Math.min(maxRetryPauseMs, 500 * 2 ** Math.min(tries, 10)), stopping.signal)
      }
    }
    await rm(localPath(file), { force: true })
    spoolBytes -= file.bytes
  }

  async function look(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(lookEveryMs, stopping.signal)
      const oldest = clock.nowMs() - limits.maxFileAgeMs
      for (const [key, file] of [...open]) if (file.openedAtMs <= oldest) send(key)
      if (refused > 0) log.warn('no room for pages, they were not stored', { pages: refused, spoolBytes })
      refused = 0
    }
  }

  return {
    async add(of, page) {
      const bytes = await packPage(page).catch((error: unknown) => {
        log.error('a page could not be packed', { ...of, url: page.url, error })
        return null
      })
      if (bytes === null || stopping.signal.aborted) return null
      if (spoolBytes + bytes.length > limits.maxSpoolBytes) {
        refused++
        return null
      }
      const file = fileOf(of)
      spoolBytes += bytes.length
      file.bytes += bytes.length
      const written = file.tail.then(() => append(file, bytes, 1))
      file.tail = written
      if (file.bytes >= limits.maxFileBytes) send(planKey(of.runId, of.site))
      return (await written) ? file.name : null
    },
    finish: send,
    part: {
      name: 'page files',
      start(fail) {
        looking = look().catch(fail)
      },
      stop: () => Promise.resolve(),
    },
    async close() {
      stopping.abort()
      await looking
      for (const key of [...open.keys()]) send(key)
      await uploading
    },
  }
}
