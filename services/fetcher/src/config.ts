import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifactsEnv } from '@seine/artifacts/env'
import { pools } from '@seine/contracts'
import { commonEnv, envDurationMs, envInt, envList, envOneOf, envOptional, envString } from '@seine/runtime'
import { telemetryEnv } from '@seine/telemetry'
import { z } from 'zod'
import type { PageFileLimits } from './stored/page-files.ts'

/** Environment of a fetcher. */
export const configSchema = z.object({
  ...commonEnv,
  ...telemetryEnv,
  /** Where pages go of sites that store them; opened when the first page of such a site is fetched. */
  ...artifactsEnv,
  /** Where pages wait to be stored. Its `seine-pages-*` folders are this service's own. */
  PAGES_TMP_DIR: envString({ default: join(tmpdir(), 'seine') }),
  /** A file of pages goes to the artifact store when it is this long, */
  PAGES_MAX_FILE_MB: envInt({ min: 1, max: 4_096, default: 64 }),
  /** or this old: what a killed fetcher can lose of each site run. */
  PAGES_MAX_AGE: envDurationMs(60_000),
  /** Pages that wait on this machine's disk; above it pages are not stored. */
  PAGES_MAX_SPOOL_MB: envInt({ min: 1, max: 1_000_000, default: 2_048 }),
  /** Which class of work it takes. */
  FETCH_POOL: envOneOf(pools, 'http'),
  /** Tasks held at once by this process, all hosts together. */
  FETCH_CONCURRENCY: envInt({ min: 1, max: 2_000, default: 128 }),
  /** Private networks that may be fetched from, as CIDRs: `10.1.0.0/16,127.0.0.0/8`. Empty: public addresses alone. */
  ALLOWED_PRIVATE_NETWORKS: envList([]),
  /** Names resolved here and not by DNS: `shop.test=127.0.0.1,*.sample.test=127.0.0.1`. */
  HOST_OVERRIDES: envList([]),
  /** Proxies behind the pool that a policy names: `http://user:password@host:port` or `socks5://…`. Empty: the pool can't be used. */
  PROXIES_DATACENTER: envOptional(),
  PROXIES_RESIDENTIAL: envOptional(),
  /** A page that every proxy is asked for at start; those that fail it sit out. Absent: they are found bad in use. */
  PROXY_CHECK_URL: envOptional(),
  /** Browser pool: pages rendered at once by this process, and so tasks held; takes the place of FETCH_CONCURRENCY. */
  BROWSER_CONCURRENCY: envInt({ min: 1, max: 64, default: 4 }),
  /** Pages one browser renders before it is replaced. */
  BROWSER_MAX_PAGES: envInt({ min: 1, max: 100_000, default: 200 }),
  /** Memory of one browser, all its processes together, above which it is replaced once its pages are done. */
  BROWSER_MAX_MEMORY_MB: envInt({ min: 128, max: 1_000_000, default: 1_500 }),
  /** Memory above which one page is killed. */
  BROWSER_MAX_PAGE_MEMORY_MB: envInt({ min: 64, max: 100_000, default: 512 }),
  /** Scripts kept in memory for all pages of this process. 0: none. */
  BROWSER_CACHE_MB: envInt({ min: 0, max: 100_000, default: 64 }),
  /** The Chromium to run. Absent: the first one on PATH. */
  CHROMIUM_PATH: envOptional(),
  PATH: envString({ default: '' }),
})

export type FetcherConfig = z.output<typeof configSchema>

/**
 * Reads `name=address` pairs. Throws TypeError naming the pair that is none.
 */
export function readHostOverrides(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, address, ...rest] = pair.split('=')
      if (!name || !address || rest.length > 0)
        throw new TypeError(`HOST_OVERRIDES: expected name=address, got '${pair}'`)
      return [name.toLowerCase(), address]
    }),
  )
}

export function readPageLimits(config: FetcherConfig): PageFileLimits {
  return {
    maxFileBytes: config.PAGES_MAX_FILE_MB * 1024 ** 2,
    maxFileAgeMs: config.PAGES_MAX_AGE,
    maxOpenFiles: 256,
    maxSpoolBytes: config.PAGES_MAX_SPOOL_MB * 1024 ** 2,
  }
}
