import { parseArgs } from 'node:util'
import type { ApiKey, Client, Role } from '@seine/client'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { UsageError, withGateway } from './gateway.ts'
import { gatewayFlags } from './run-arguments.ts'
import { table } from './table.ts'

const scopes = ['read', 'run', 'admin'] as const satisfies readonly Role[]
/** What is there is listed by pages of as many. */
const perPage = 200

export const command: Command = {
  name: 'keys',
  summary: 'API keys: list them, make one, revoke one',
  usage:
    'seine keys list | create <name> [--scope read|run|admin] [--expires 30d|time] | revoke <id>; all: [--json] [--gateway url]',
  examples: [
    'seine keys list',
    'seine keys create ci --scope run --expires 90d',
    'export SEINE_API_KEY=$(seine keys create laptop --json | jq -r .secret)',
    'seine keys revoke 3f9a1c0be2d4',
  ],
  async run(args, io) {
    const read = readKeysArguments(args, io)
    if (read === null) return exitCodes.usage
    const { action, name, flags } = read
    return withGateway(command, flags.gateway, io, async (client) => {
      const { value, text } = await actions[action](client, name, flags)
      io.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text)
      return exitCodes.ok
    })
  },
}

interface Said {
  readonly value: unknown
  readonly text: string
}

interface KeysFlags {
  readonly gateway?: string | undefined
  readonly json: boolean
  readonly scope: string
  readonly expires?: string | undefined
}

const actions: Record<'list' | 'create' | 'revoke', (client: Client, name: string, flags: KeysFlags) => Promise<Said>> =
  {
    async list(client) {
      const keys: ApiKey[] = []
      for (let page = 1; ; page++) {
        const { data, pagination } = await client.listKeys({ page, perPage })
        keys.push(...data)
        if (page >= pagination.total_pages) return { value: keys, text: keysTable(keys) }
      }
    },
    async create(client, name, flags) {
      const scope = scopes.find((word) => word === flags.scope)
      if (scope === undefined) throw new UsageError(`--scope: expected ${scopes.join(', ')}, got '${flags.scope}'`)
      const key = await client.createKey({ name, scope, expiresAt: expiryOf(flags.expires, Date.now()) })
      const until = key.expiresAt === null ? 'it does not expire' : `until ${key.expiresAt}`
      return {
        value: key,
        text: `Key ${key.id} for ${name} (${scope}, ${until}). It is shown this once:\n\n${key.secret}\n`,
      }
    },
    async revoke(client, id) {
      await client.revokeKey(id)
      return { value: { id, revoked: true }, text: `Key ${id} is revoked.\n` }
    },
  }

/** `90d`, `12h` from now, or a time as ISO 8601; null: never. Throws UsageError. */
export function expiryOf(text: string | undefined, nowMs: number): string | null {
  if (text === undefined) return null
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const hours = { h: 1, d: 24, w: 168 }[unit ?? '']
  const atMs = hours === undefined ? Date.parse(text) : nowMs + Number(count) * hours * 3_600_000
  if (Number.isNaN(atMs) || atMs <= nowMs)
    throw new UsageError(`--expires: expected a time to come, such as 30d or 2030-01-31, got '${text}'`)
  return new Date(atMs).toISOString()
}

function keysTable(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'There are no keys: "seine keys create <name>" makes one.\n'
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.scope,
    key.createdAt.slice(0, 10),
    key.createdBy,
    key.expiresAt?.slice(0, 10) ?? 'never',
    key.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
  ])
  return `${table(['id', 'name', 'scope', 'made', 'by', 'expires', 'last used'], rows)}\n`
}

function readKeysArguments(
  args: string[],
  io: CommandIo,
): { action: keyof typeof actions; name: string; flags: KeysFlags } | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...gatewayFlags, scope: { type: 'string', default: 'read' }, expires: { type: 'string' } },
      strict: true,
      allowPositionals: true,
    })
    const [action = '', name, ...more] = positionals
    if (action !== 'list' && action !== 'create' && action !== 'revoke')
      throw new Error(`expected list, create or revoke, got '${action}'`)
    if (action !== 'list' && name === undefined)
      throw new Error(action === 'create' ? 'what is it for? A name' : 'which key? Its id')
    if (more.length > 0 || (action === 'list' && name !== undefined)) throw new Error('that is one word too many')
    return { action, name: name ?? '', flags: values }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine keys: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}
