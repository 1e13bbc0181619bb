import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { accessLogFields } from '../sites/nginx.ts'
import type { ServedSites } from '../sites/serve-sites.ts'

export type ServerLog = {
  /** How many pages have been answered with 200 since the last call, each counted once. */
  pagesSinceLast(): number
}

/** Reads what the web server says of each row, which no crawler can make better than it is. */
export function readServerLog({ accessLogs, pages }: Pick<ServedSites, 'accessLogs' | 'pages'>): ServerLog {
  const offsets = new Map<string, number>()
  const pathsOf = Object.entries(pages).map(([site, files]) => ({
    log: accessLogs[site] ?? '',
    paths: new Set([...files.keys()].map((url) => decodeURI(new URL(url).pathname))),
  }))
  return {
    pagesSinceLast: () =>
      pathsOf.reduce((sum, { log, paths }) => {
        const { text, endByte } = readFrom(log, offsets.get(log) ?? 0)
        offsets.set(log, endByte)
        return sum + countPages(text, paths)
      }, 0),
  }
}

/** How many of the paths (decoded) were answered with 200. */
export function countPages(log: string, paths: ReadonlySet<string>): number {
  const found = new Set<string>()
  for (const line of log.split('\n')) {
    const fields = line.split('\t')
    if (fields.length !== accessLogFields.length || fields[3] !== '200') continue
    const path = decodeURI(fields[2] ?? '')
    if (paths.has(path)) found.add(path)
  }
  return found.size
}

function readFrom(path: string, startByte: number): { text: string; endByte: number } {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(fstatSync(file).size - startByte)
    readSync(file, bytes, 0, bytes.byteLength, startByte)
    return { text: bytes.toString('latin1'), endByte: startByte + bytes.byteLength }
  } finally {
    closeSync(file)
  }
}
