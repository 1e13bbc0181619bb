import { type Logger, systemClock } from '@seine/runtime'
import { type BrowserPool, makeBrowserPool } from './browser-pool.ts'
import { findChromium } from './find-chromium.ts'
import { launchBrowser } from './launch-browser.ts'
import { type RenderLimits, renderLimits } from './render-page.ts'
import { makeScriptCache, type ScriptCache } from './script-cache.ts'

/** What a process of the browser pool owns: browsers, and the scripts its pages share. */
export interface Browsers {
  readonly pool: BrowserPool
  readonly cache: ScriptCache
  readonly limits: RenderLimits
}

export interface BrowserSettings {
  readonly CHROMIUM_PATH?: string | undefined
  readonly PATH: string
  readonly BROWSER_MAX_PAGES: number
  readonly BROWSER_MAX_MEMORY_MB: number
  readonly BROWSER_MAX_PAGE_MEMORY_MB: number
  readonly BROWSER_CACHE_MB: number
}

const mebibyte = 1_048_576

/** Finds Chromium, or throws a CodedError that says what to do; starts it with the first page. */
export function makeBrowsers(settings: BrowserSettings, log: Logger, limits: RenderLimits = renderLimits): Browsers {
  const executablePath = findChromium({ chromiumPath: settings.CHROMIUM_PATH, searchPath: settings.PATH })
  const pool = makeBrowserPool({
    launch: () => launchBrowser({ executablePath, maxHeapMb: settings.BROWSER_MAX_PAGE_MEMORY_MB }),
    limits: {
      maxPages: settings.BROWSER_MAX_PAGES,
      maxBrowserBytes: settings.BROWSER_MAX_MEMORY_MB * mebibyte,
      maxPageBytes: settings.BROWSER_MAX_PAGE_MEMORY_MB * mebibyte,
    },
    clock: systemClock,
    log,
  })
  const cache = makeScriptCache({ maxBytes: settings.BROWSER_CACHE_MB * mebibyte, nowMs: systemClock.nowMs })
  return { pool, cache, limits }
}
