import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

// For tests only: the library itself reads no file.
const folder =
  process.env.SEINE_CONFORMANCE_DIR ?? new URL('../../../../../shared/conformance', import.meta.url).pathname

/** Whether the conformance data is on this machine; tests that need it are skipped where it is not. */
export const conformancePresent = existsSync(folder)

/** A JSON file of the conformance data. */
export function conformanceJson<T>(path: string): T {
  return JSON.parse(readFileSync(`${folder}/${path}`, 'utf8')) as T
}

/** The rows of a gzipped JSON-lines file, without its `_meta` line. */
export function conformanceLines<T>(path: string): T[] {
  const lines = gunzipSync(readFileSync(`${folder}/${path}`))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  return lines.slice(1).map((line) => JSON.parse(line) as T)
}
