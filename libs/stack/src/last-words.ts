import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const maxBytes = 32_768
const maxLines = 15

/**
 * What a process that gave up said for people to read, from a place in its log on: its own error messages where it logs
 * JSON lines, else its last fifteen lines. '' when it said nothing.
 */
export function lastWords(logFile: string, fromByte: number): string {
  const lines = tail(logFile, fromByte).trimEnd().split('\n')
  const errors = lines.map(errorMessage).filter((message) => message !== null)
  return (errors.length > 0 ? errors : lines).slice(-maxLines).join('\n')
}

function errorMessage(line: string): string | null {
  if (!line.startsWith('{')) return null
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return level === 'error' && typeof msg === 'string' ? msg : null
  } catch {
    return null
  }
}

function tail(file: string, fromByte: number): string {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return ''
  }
  const { size } = fstatSync(descriptor)
  const start = Math.max(fromByte, size - maxBytes, 0)
  const bytes = Buffer.alloc(Math.max(0, size - start))
  readSync(descriptor, bytes, 0, bytes.length, start)
  closeSync(descriptor)
  return bytes.toString('utf8')
}
