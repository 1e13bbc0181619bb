import type { HttpPage } from '@seine/net'

/**
 * Scripts kept in memory for all pages of this process, so that a site's bundle is fetched once and not once a page.
 * Bounded in bytes: at the limit the least recently used go.
 */
export interface ScriptCache {
  /**
   * The script under this key, or what `fetch` gives. Callers who ask while it is fetched wait for that fetch, and
   * fetch for themselves where it gave nothing to keep.
   */
  get<T extends HttpPage | null>(key: string, fetch: () => Promise<T>): Promise<T | HttpPage>
  readonly bytes: number
}

/**
 * How long a script is used, whatever its `max-age` says: asking again with every page would cost the host more than an
 * old script costs us.
 */
export const maxScriptAgeMs = 600_000

export function makeScriptCache(deps: { maxBytes: number; nowMs: () => number }): ScriptCache {
  const { maxBytes, nowMs } = deps
  const kept = new Map<string, { page: HttpPage; storedAtMs: number }>()
  const fetching = new Map<string, Promise<HttpPage | null>>()
  let bytes = 0

  function forget(key: string): void {
    bytes -= kept.get(key)?.page.body.byteLength ?? 0
    kept.delete(key)
  }

  function find(key: string): HttpPage | null {
    const found = kept.get(key)
    if (found === undefined) return null
    if (nowMs() - found.storedAtMs >= maxScriptAgeMs) {
      forget(key)
      return null
    }
    kept.delete(key)
    kept.set(key, found)
    return found.page
  }

  function keep(key: string, page: HttpPage): void {
    if (page.body.byteLength > maxBytes) return
    forget(key)
    kept.set(key, { page, storedAtMs: nowMs() })
    bytes += page.body.byteLength
    for (const oldest of kept.keys()) {
      if (bytes <= maxBytes) break
      forget(oldest)
    }
  }

  return {
    async get(key, fetch) {
      const found = find(key)
      if (found !== null) return found
      const underWay = fetching.get(key)
      const shared = underWay === undefined ? null : await underWay.catch(() => null)
      if (shared !== null) return shared
      const fetched = fetch()
      const storable = fetched.then((page) => (page !== null && mayBeKept(page) ? page : null))
      fetching.set(key, storable)
      try {
        const page = await storable
        if (page !== null) keep(key, page)
      } finally {
        if (fetching.get(key) === storable) fetching.delete(key)
      }
      return fetched
    },
    get bytes() {
      return bytes
    },
  }
}

function mayBeKept({ status, headers, truncated }: HttpPage): boolean {
  return status === 200 && !truncated && !/\bno-store\b/i.test(headers['cache-control'] ?? '')
}
