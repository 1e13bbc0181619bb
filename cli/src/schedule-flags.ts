import { parseArgs } from 'node:util'
import type { RunOptions } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { UsageError } from './gateway.ts'
import { gatewayFlags } from './run-arguments.ts'

/** What the first word may be, and how many words follow it. */
export const scheduleActions = { list: 0, add: 2, show: 1, next: 1, run: 1, enable: 1, disable: 1, remove: 1 } as const
export type ScheduleAction = keyof typeof scheduleActions

const options = {
  ...gatewayFlags,
  'time-zone': { type: 'string' },
  overlap: { type: 'string' },
  'catch-up': { type: 'string' },
  disabled: { type: 'boolean', default: false },
  sites: { type: 'string' },
  group: { type: 'string' },
  exclude: { type: 'string' },
  policy: { type: 'string' },
  limit: { type: 'string' },
  concurrency: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'skip-existing': { type: 'boolean', default: false },
} as const

const parse = (args: string[]) => parseArgs({ args, options, strict: true, allowPositionals: true })
export type ScheduleFlags = ReturnType<typeof parse>['values']

/** What is to be done, with which schedule, how; null after a line on stderr that says what is wrong: then the exit code is 2. */
export function readScheduleFlags(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  io: CommandIo,
): { action: ScheduleAction; names: string[]; flags: ScheduleFlags } | null {
  try {
    const { values: flags, positionals } = parse(args)
    const [action = 'list', ...names] = positionals
    if (!isAction(action)) throw new Error(`no action '${action}'`)
    const wanted = scheduleActions[action]
    if (names.length > wanted) throw new Error(`${action}: too many words; quote the cron expression`)
    if (names.length < wanted)
      throw new Error(wanted === 2 ? 'add: a name and a cron expression' : `${action}: which schedule?`)
    return { action, names, flags }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}

const isAction = (word: string): word is ScheduleAction => Object.hasOwn(scheduleActions, word)

/** Options of the schedule's runs. Throws UsageError. */
export function scheduleOptions(flags: ScheduleFlags): Partial<RunOptions> {
  const chosen: Partial<RunOptions> = { dry_run: flags['dry-run'], skip_existing: flags['skip-existing'] }
  if (flags.sites !== undefined) chosen.sites = namesIn(flags.sites)
  if (flags.exclude !== undefined) chosen.exclude = namesIn(flags.exclude)
  if (flags.group !== undefined) chosen.group = flags.group
  if (flags.policy !== undefined) chosen.policy = flags.policy
  for (const name of ['limit', 'concurrency'] as const) {
    const text = flags[name]
    if (text === undefined) continue
    if (!/^[1-9]\d{0,7}$/.test(text)) throw new UsageError(`--${name}: expected a whole number from 1, got '${text}'`)
    chosen[name] = Number(text)
  }
  return chosen
}

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim())
