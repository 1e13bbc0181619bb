import type { Clock, Logger } from '@seine/runtime'
import type { Browser } from 'playwright-core'
import type { RunningBrowser } from './launch-browser.ts'
import { judgeMemory, type MemoryLimits } from './process-memory.ts'

/** The right to open one page. */
export interface Lease {
  readonly browser: Browser
  /** Given back once, when the page is closed. `broken`: it could not be closed, so the browser is not to be used again. */
  release(how: 'closed' | 'broken'): void
}

export interface BrowserPool {
  /** A browser for one page; started where none runs. Null: none could be started before the signal was aborted. */
  lease(signal: AbortSignal): Promise<Lease | null>
  /** For readiness. Null: fine. Text: why no browser starts. */
  check(): Promise<string | null>
  /** Ends every browser; pages that are open crash. */
  close(): Promise<void>
}

export interface PoolLimits extends MemoryLimits {
  /** Pages one browser opens before it is replaced. */
  readonly maxPages: number
}

/** How often memory is looked at: what a page can take in this time it may take too much. */
const memoryLookMs = 500
const firstRetryMs = 500
const longestRetryMs = 8_000
/** A browser that is to go and whose page is not given back is ended after this: above the longest page. */
const longestPageMs = 60_000

interface Generation {
  readonly running: RunningBrowser
  readonly over: AbortController
  served: number
  open: number
  retired: boolean
}

/**
 * One browser at a time for all pages of a process. It is replaced by pages served and by memory, once its open pages
 * are done, and started again where it crashed.
 */
export function makeBrowserPool(deps: {
  launch: () => Promise<RunningBrowser>
  limits: PoolLimits
  clock: Clock
  log: Logger
}): BrowserPool {
  const { launch, limits, clock, log } = deps
  const alive = new Set<Generation>()
  const ending = new Set<Promise<void>>()
  let current: Promise<Generation> | null = null
  let launchProblem: string | null = null
  let closed = false

  async function start(): Promise<Generation> {
    const running = await launch()
    const generation: Generation = { running, over: new AbortController(), served: 0, open: 0, retired: false }
    alive.add(generation)
    running.onGone(() => {
      if (alive.has(generation)) log.warn('browser is gone', { pages: generation.served })
      retire(generation)
      end(generation)
    })
    void watchMemory(generation)
    return generation
  }

  function retire(generation: Generation): void {
    if (generation.retired) return
    generation.retired = true
    current = null
    if (generation.open === 0) end(generation)
    else void clock.sleep(longestPageMs, generation.over.signal).then(() => end(generation))
  }

  function end(generation: Generation): void {
    if (!alive.delete(generation)) return
    generation.over.abort()
    const closing = generation.running
      .close()
      .catch((error: unknown) => log.error('browser did not close', { error }))
      .finally(() => ending.delete(closing))
    ending.add(closing)
  }

  async function watchMemory(generation: Generation): Promise<void> {
    const { running, over } = generation
    for (;;) {
      await clock.sleep(memoryLookMs, over.signal)
      if (over.signal.aborted) return
      // A browser that doesn't answer is on its way out: its end is noticed elsewhere.
      const processes = await running.processes().catch(() => [])
      const { totalBytes, replace, killPids } = judgeMemory(processes, limits)
      for (const pid of killPids) {
        log.warn('page takes too much memory', { pid, maxPageBytes: limits.maxPageBytes })
        running.kill(pid)
      }
      if (replace && !generation.retired) {
        log.info('browser replaced for its memory', { totalBytes, pages: generation.served })
        retire(generation)
      }
    }
  }

  /** The browser to use now. Null: it did not start. */
  async function running(): Promise<Generation | null> {
    current ??= start()
    const starting = current
    try {
      const generation = await starting
      launchProblem = null
      return generation
    } catch (error) {
      if (current === starting) {
        current = null
        launchProblem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
        log.error('browser does not start', { error })
      }
      return null
    }
  }

  return {
    async lease(signal) {
      for (let waitMs = firstRetryMs; !signal.aborted && !closed; ) {
        const generation = await running()
        if (generation === null) {
          await clock.sleep(waitMs, signal)
          waitMs = Math.min(longestRetryMs, waitMs * 2)
          continue
        }
        if (generation.retired) {
          // One that dies as soon as it has started must not be started again at once.
          if (!generation.running.browser.isConnected()) await clock.sleep(waitMs, signal)
          continue
        }
        generation.open++
        if (++generation.served >= limits.maxPages) retire(generation)
        let given = false
        return {
          browser: generation.running.browser,
          release(how) {
            if (given) return
            given = true
            generation.open--
            if (how === 'broken') retire(generation)
            if (generation.retired && generation.open === 0) end(generation)
          },
        }
      }
      return null
    },
    check: async () => launchProblem,
    async close() {
      closed = true
      await current?.catch(() => null)
      for (const generation of alive) {
        generation.retired = true
        end(generation)
      }
      await Promise.all(ending)
    },
  }
}
