export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Writes structured lines. Fields are cleaned: errors become objects, secrets are stripped, everything is bounded. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  /** A logger that adds these fields to every line. */
  child(fields: Record<string, unknown>): Logger
}

/** A line as it was written. */
export interface LogLine {
  readonly ts: string
  readonly level: LogLevel
  readonly service: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** The logger of a process: its lines, and those of its children, can be listened to. */
export interface RootLogger extends Logger {
  readonly service: string
  /** Calls back with every line that is written from now on, cleaned as it is there. Gives what ends it. */
  listen(onLine: (line: LogLine) => void): () => void
}

export interface LoggerOptions {
  readonly level: LogLevel
  /** Where a finished line goes, its newline included. Absent: stdout. */
  readonly write?: (line: string) => void
  readonly nowMs?: () => number
}

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** A logger of JSON lines: `{"ts","level","service","msg",…fields}`. */
export function createLogger(service: string, options: LoggerOptions): RootLogger {
  const { write = (line) => void process.stdout.write(line), nowMs = Date.now } = options
  const listeners = new Set<(line: LogLine) => void>()
  const make = (inherited: Record<string, unknown>): Logger => {
    const at = (level: LogLevel) => (msg: string, fields?: Record<string, unknown>) => {
      if (order[level] < order[options.level]) return
      const extra = cleanFields({ ...inherited, ...fields })
      const line = { ts: new Date(nowMs()).toISOString(), level, service, msg: cleanText(msg), ...extra }
      write(`${inPlainText(JSON.stringify(line))}\n`)
      for (const listener of listeners) listener(line)
    }
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => make({ ...inherited, ...fields }),
    }
  }
  return {
    ...make({}),
    service,
    listen(onLine) {
      listeners.add(onLine)
      return () => void listeners.delete(onLine)
    },
  }
}

/** JSON leaves control characters above 0x7e and Unicode's line breaks as they are; terminals and readers of lines do not. */
function inPlainText(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A logger that says nothing: for tests and tools. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
}

const maxTextChars = 8_192
const maxEntries = 100
const maxDepth = 6
const secretKey = /password|passwd|secret|token|authorization|cookie|credential|api[-_]?key|access[-_]?key/i
const urlCredentials = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi
const bearer = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi

/** A text without what looks like a password or a token in it, and bounded. */
export function cleanText(text: string): string {
  const safe = text.replace(urlCredentials, '$1[redacted]@').replace(bearer, '$1 [redacted]')
  return safe.length > maxTextChars ? `${safe.slice(0, maxTextChars)}…` : safe
}

/** Fields without secrets: by the name of the field, and by what a text looks like. Bounded. */
export function cleanFields(fields: Record<string, unknown>): Record<string, unknown> {
  return clean(fields, 0) as Record<string, unknown>
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '[too deep]'
  if (value instanceof Error) return cleanError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry) => clean(entry, depth + 1))
  const entries = Object.entries(value).slice(0, maxEntries)
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, secretKey.test(key) ? '[redacted]' : clean(entry, depth + 1)]),
  )
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const { code, details } = error as { code?: unknown; details?: unknown }
  return {
    name: error.name,
    message: cleanText(error.message),
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details: clean(details, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: cleanText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth + 1) }),
  }
}
