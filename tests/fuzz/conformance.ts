import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

const folder = process.env.SEINE_CONFORMANCE_DIR ?? resolve(import.meta.dirname, '../../../shared/conformance')

/** Rows of a file of real cases, from its list of that name. */
export type ReadCases = <T>(file: string, list?: string) => T[]

/** Rows of a file of real cases to begin mutations from; none where the folder is not there. Read when a run begins, never copied. */
export function readCases<T>(file: string, list = 'cases'): T[] {
  const path = join(folder, file)
  if (!existsSync(path)) return []
  const bytes = readFileSync(path)
  if (!file.endsWith('.jsonl.gz')) return (JSON.parse(bytes.toString('utf8')) as Record<string, T[]>)[list] ?? []
  const rows = gunzipSync(bytes).toString('utf8').trim().split('\n').slice(1)
  return rows.map((row) => JSON.parse(row) as T)
}

/** For a short run: seeds of the targets' own alone. */
export const noCases: ReadCases = () => []
