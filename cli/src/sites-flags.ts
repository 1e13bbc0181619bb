import { parseArgs } from 'node:util'
import type { SitesRequest } from '@seine/client'
import { siteOrders } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { UsageError } from './gateway.ts'
import { gatewayFlags } from './run-arguments.ts'

/** What the first word may be, and how many words may follow it. */
export const sitesActions = {
  list: [0, 0],
  show: [1, 1],
  add: [2, 1_001],
  check: [0, 1],
  import: [1, 1],
  test: [1, 2],
  remove: [1, 1],
} as const satisfies Record<string, readonly [least: number, most: number]>
export type SitesAction = keyof typeof sitesActions

const missing: Record<SitesAction, string> = {
  list: '',
  show: 'which site?',
  add: 'a name and a start URL',
  check: '',
  import: 'which file? A sites.json',
  test: 'which site, and which page of it?',
  remove: 'which site?',
}

const options = {
  ...gatewayFlags,
  search: { type: 'string' },
  group: { type: 'string' },
  policy: { type: 'string' },
  sort: { type: 'string' },
  enabled: { type: 'boolean', default: false },
  disabled: { type: 'boolean', default: false },
  'max-pages': { type: 'string' },
  render: { type: 'string' },
  policies: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const

const parse = (args: string[]) => parseArgs({ args, options, strict: true, allowPositionals: true })
export type SitesFlags = ReturnType<typeof parse>['values']

/** What is to be done, with what, how; null after a line on stderr that says what is wrong: then the exit code is 2. */
export function readSitesFlags(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  io: CommandIo,
): { action: SitesAction; words: string[]; flags: SitesFlags } | null {
  try {
    const { values: flags, positionals } = parse(args)
    const [action = 'list', ...words] = positionals
    if (!isAction(action)) throw new Error(`no action '${action}'`)
    const [least, most] = sitesActions[action]
    if (words.length < least) throw new Error(`${action}: ${missing[action]}`)
    if (words.length > most) throw new Error(`${action}: too many words: ${words.slice(most).join(' ')}`)
    return { action, words, flags }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}

const isAction = (word: string): word is SitesAction => Object.hasOwn(sitesActions, word)

/** Which sites are listed, and in which order. Throws UsageError. */
export function listRequest({ search, group, policy, sort, enabled, disabled }: SitesFlags): SitesRequest {
  if (enabled && disabled) throw new UsageError('--enabled or --disabled, not both')
  const order = sort === undefined ? undefined : siteOrders.find((known) => known === sort)
  if (sort !== undefined && order === undefined)
    throw new UsageError(`--sort: expected one of ${siteOrders.join(', ')}, got '${sort}'`)
  return {
    ...(search === undefined ? {} : { search }),
    ...(group === undefined ? {} : { group }),
    ...(policy === undefined ? {} : { policy }),
    ...(order === undefined ? {} : { sort: order }),
    ...(enabled || disabled ? { enabled } : {}),
  }
}
