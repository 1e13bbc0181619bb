import { eventTypes, type LiveFilter, levels, matchesFilter, type SeineEvent } from '@seine/contracts'

/** Which events a command shows, as its flags say. */
export interface EventFilter extends Omit<LiveFilter, 'run'> {
  /** Events after this sequence. */
  readonly since: number
  /** Events from then on, Unix ms; 0: whenever. */
  readonly fromMs: number
}

export const eventFilterFlags = {
  since: { type: 'string' },
  level: { type: 'string' },
  type: { type: 'string', multiple: true },
  site: { type: 'string' },
} as const

interface Said {
  readonly since?: string | undefined
  readonly level?: string | undefined
  readonly type?: readonly string[] | undefined
  readonly site?: string | undefined
}

const unitsMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What the flags ask for, or the problem with them. `since` is a sequence or how long ago: `90s`, `10m`, `2h`, `1d`. */
export function readEventFilter(
  { since, level, type = [], site }: Said,
  nowMs: number,
): EventFilter | { problem: string } {
  const from = readSince(since, nowMs)
  if (from === null) return { problem: `--since: expected a sequence or a time such as 10m, got '${since}'` }
  if (level !== undefined && !isOneOf(levels, level))
    return { problem: `--level: expected one of ${levels.join(', ')}, got '${level}'` }
  const types = type.flatMap((names) => names.split(',')).map((name) => name.trim())
  const unknown = types.find((name) => !isOneOf(eventTypes, name))
  if (unknown !== undefined) return { problem: `--type: expected one of ${eventTypes.join(', ')}, got '${unknown}'` }
  return {
    ...from,
    ...(level === undefined ? {} : { level }),
    ...(types.length === 0 ? {} : { types: types as (typeof eventTypes)[number][] }),
    ...(site === undefined ? {} : { site }),
  }
}

/** Whether an event is one that was asked for. */
export function isShown({ since: _, fromMs, ...filter }: EventFilter, event: SeineEvent): boolean {
  const { job_id: runId, site = null, type, level, ts } = event
  return Date.parse(ts) >= fromMs && matchesFilter(filter, { runId, site, type, level })
}

function readSince(text: string | undefined, nowMs: number): { since: number; fromMs: number } | null {
  const [, digits, unit] = /^(\d{1,15})([smhd])?$/.exec(text ?? '0') ?? []
  if (digits === undefined) return null
  if (unit === undefined) return { since: Number(digits), fromMs: 0 }
  return { since: 0, fromMs: nowMs - Number(digits) * (unitsMs[unit] ?? 0) }
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name)
