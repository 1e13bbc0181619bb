import { z } from 'zod'
import { CodedError } from './coded-error.ts'

/** Settings that can't be used. Its message names every bad variable and shows no secret. */
export class ConfigError extends CodedError {
  constructor(problems: readonly string[]) {
    super('bad-config', problems.join('; '))
    this.name = 'ConfigError'
  }
}

/**
 * Reads settings from the environment. Keys of the schema are names of variables; an empty variable counts as absent.
 * Throws one ConfigError naming every bad variable: `FETCH_CONCURRENCY: expected 1–500, got 'ten'; NATS_SERVERS: missing`.
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: Record<string, string | undefined>): z.output<S> {
  const values = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name]?.trim() || undefined]))
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`))
}

/** One variable. `parse` gives undefined for what it does not understand. Absent and no fallback: an error. */
function variable<T>(
  expected: string,
  parse: (text: string) => T | undefined,
  options: { default?: T | undefined; secret?: boolean } = {},
) {
  return z
    .string()
    .optional()
    .transform((text, context): T => {
      if (text === undefined && options.default !== undefined) return options.default
      const value = text === undefined ? undefined : parse(text)
      if (value !== undefined) return value
      const shown = options.secret === true ? '' : `, got '${text}'`
      context.addIssue({ code: 'custom', message: text === undefined ? 'missing' : `expected ${expected}${shown}` })
      return z.NEVER
    })
}

/** A whole number within bounds. Without `default` it has to be given. */
export function envInt(options: { min?: number; max?: number; default?: number }) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  const expected = options.max === undefined ? `a whole number from ${min}` : `${min}–${max}`
  return variable(
    expected,
    (text) => {
      const value = Number(text)
      return /^-?\d+$/.test(text) && value >= min && value <= max ? value : undefined
    },
    options,
  )
}

/** `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off`. */
export function envBool(fallback: boolean) {
  const words = new Map([
    ...(['true', '1', 'yes', 'on'] as const).map((word) => [word as string, true] as const),
    ...(['false', '0', 'no', 'off'] as const).map((word) => [word as string, false] as const),
  ])
  return variable('true or false', (text) => words.get(text.toLowerCase()), { default: fallback })
}

/** Entries separated by commas; blanks around them and empty ones are dropped. Without `default` it has to be given. */
export function envList(fallback?: readonly string[]) {
  return variable<readonly string[]>(
    'entries separated by commas',
    (text) => {
      const entries = text.split(',').map((entry) => entry.trim())
      const filled = entries.filter((entry) => entry !== '')
      return filled.length === 0 ? undefined : filled
    },
    { default: fallback },
  )
}

const unitsMs: Record<string, number> = { '': 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration: `200ms`, `5s`, `2m`, `1h`, `1d`, or a plain number of milliseconds. */
export function envDurationMs(fallback?: number) {
  return variable(
    "a duration like '200ms', '5s' or '2m'",
    (text) => {
      const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text)
      return match ? Number(match[1]) * unitsMs[match[2] ?? '']! : undefined
    },
    { default: fallback },
  )
}

/** Any text. Without `default` it has to be given. `secret`: never shown in an error. */
export function envString(options: { default?: string; secret?: boolean; pattern?: RegExp; expected?: string } = {}) {
  const { pattern, expected = `text like ${pattern}` } = options
  return variable(expected, (text) => (pattern === undefined || pattern.test(text) ? text : undefined), options)
}

/** Text that may be absent: undefined then. */
export function envOptional() {
  return z.string().optional()
}

/** One of a few words. */
export function envOneOf<const T extends string>(words: readonly T[], fallback?: T) {
  return variable<T>(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text), { default: fallback })
}

/** What every service reads: spread it into the service's own schema. */
export const commonEnv = {
  LOG_LEVEL: envOneOf(['debug', 'info', 'warn', 'error'], 'info'),
  /** 0: any free one, told in the log line `ready`. */
  HEALTH_PORT: envInt({ min: 0, max: 65_535, default: 0 }),
  HEALTH_HOST: envString({ default: '127.0.0.1' }),
  NATS_SERVERS: envList(),
  NATS_USER: envOptional(),
  NATS_PASSWORD: envOptional(),
  /** Files in PEM: who signed the broker's certificate, and this service's own where the broker asks for one. */
  NATS_TLS_CA: envOptional(),
  NATS_TLS_CERT: envOptional(),
  NATS_TLS_KEY: envOptional(),
}
