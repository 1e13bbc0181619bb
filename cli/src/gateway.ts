import { ApiFailure, type Client, makeClient, Unreachable } from '@seine/client'
import { runningStack } from '@seine/stack'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { demoFolder, stackFolder } from './stack-folder.ts'

const defaultGateway = 'http://127.0.0.1:8080'

/** Where the gateway is: the flag, SEINE_GATEWAY, the stack that runs from this checkout, or the default port. */
export async function gatewayUrl(flag: string | undefined, io: Pick<CommandIo, 'env' | 'cwd'>): Promise<string> {
  const said = flag ?? io.env.SEINE_GATEWAY
  if (said === undefined || said === '') return (await runningStack(stackFolder(io)))?.gatewayUrl || defaultGateway
  const url = URL.parse(said)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`gateway: expected http://host:port, got '${said}'`)
  return said
}

/** What is sent there: SEINE_API_KEY, or what the stack of this checkout made for its own commands. Undefined: nothing. */
export async function apiKeyFor(url: string, io: Pick<CommandIo, 'env' | 'cwd'>): Promise<string | undefined> {
  if (io.env.SEINE_API_KEY) return io.env.SEINE_API_KEY
  const stacks = await Promise.all([stackFolder(io), demoFolder(io)].map(runningStack))
  // Another gateway than its own is not told the stack's key.
  return stacks.find((stack) => stack?.gatewayUrl === url.replace(/\/+$/, ''))?.apiKey
}

/** The command was asked wrongly, found out after its flags were read. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Does something with the gateway and gives its exit code. What goes wrong on the way becomes one line on stderr and the
 * exit code that says it.
 */
export async function withGateway(
  command: Pick<Command, 'name'>,
  flag: string | undefined,
  io: CommandIo,
  use: (client: Client) => Promise<number>,
): Promise<number> {
  try {
    const baseUrl = await gatewayUrl(flag, io)
    return await use(makeClient({ baseUrl, apiKey: await apiKeyFor(baseUrl, io) }))
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ApiFailure || error instanceof Unreachable)) throw error
    io.stderr.write(`seine ${command.name}: ${error.message}\n${adviceFor(error)}`)
    return exitCodeFor(error)
  }
}

function exitCodeFor(error: UsageError | ApiFailure | Unreachable): number {
  if (error instanceof UsageError) return exitCodes.usage
  if (error instanceof Unreachable || error.status >= 500) return exitCodes.unreachable
  return error.status === 409 ? exitCodes.failed : exitCodes.usage
}

function adviceFor(error: UsageError | ApiFailure | Unreachable): string {
  if (error instanceof Unreachable) return '"seine up" starts a mesh on this machine; --gateway names another one\n'
  if (!(error instanceof ApiFailure)) return ''
  if (error.status === 401 || error.code === 'forbidden')
    return 'SEINE_API_KEY or --api-key names a key; "seine keys create" makes one\n'
  if (error.code === 'unavailable') return '"seine status" says what of the mesh on this machine runs\n'
  return error.status >= 500 ? `correlation id: ${error.correlationId ?? 'none'}\n` : ''
}

const runsSearched = 200

/** The id of a run named by its id, the first letters of it, or `last`. Throws UsageError where that is none or many. */
export async function findRun(client: Client, name: string): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name)) return name.toLowerCase()
  const { data: runs } = await client.listRuns({ perPage: name === 'last' ? 1 : runsSearched })
  if (name === 'last') {
    if (runs[0] === undefined) throw new UsageError('there is no run yet')
    return runs[0].id
  }
  const matching = name.length < 4 ? [] : runs.filter((run) => run.id.startsWith(name.toLowerCase()))
  if (matching.length > 1) throw new UsageError(`${matching.length} runs begin with '${name}'`)
  if (matching[0] === undefined) throw new UsageError(`no run '${name}'`)
  return matching[0].id
}
