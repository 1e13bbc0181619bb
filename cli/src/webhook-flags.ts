import { parseArgs } from 'node:util'
import type { Command, CommandIo } from './command.ts'
import { gatewayFlags } from './run-arguments.ts'

/** What the first word may be, and how many words follow it. */
export const webhookActions = {
  list: 0,
  add: 2,
  show: 1,
  test: 1,
  deliveries: 1,
  redeliver: 2,
  rotate: 1,
  enable: 1,
  disable: 1,
  remove: 1,
} as const
export type WebhookAction = keyof typeof webhookActions

const options = {
  ...gatewayFlags,
  events: { type: 'string' },
  sites: { type: 'string' },
  disabled: { type: 'boolean', default: false },
} as const

const parse = (args: string[]) => parseArgs({ args, options, strict: true, allowPositionals: true })
export type WebhookFlags = ReturnType<typeof parse>['values']

const missing: Partial<Record<WebhookAction, string>> = {
  add: 'add: a name and an address',
  redeliver: 'redeliver: a webhook and a delivery',
}

/** What is to be done, with which webhook, how; null after a line on stderr that says what is wrong: then the exit code is 2. */
export function readWebhookFlags(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  io: CommandIo,
): { action: WebhookAction; names: string[]; flags: WebhookFlags } | null {
  try {
    const { values: flags, positionals } = parse(args)
    const [action = 'list', ...names] = positionals
    if (!isAction(action)) throw new Error(`no action '${action}'`)
    if (names.length > webhookActions[action]) throw new Error(`${action}: too many words`)
    if (names.length < webhookActions[action]) throw new Error(missing[action] ?? `${action}: which webhook?`)
    return { action, names, flags }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}

const isAction = (word: string): word is WebhookAction => Object.hasOwn(webhookActions, word)
