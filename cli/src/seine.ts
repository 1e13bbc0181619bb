import type { Command, CommandIo } from './command.ts'
import { exitCodeHelp, exitCodes } from './exit-codes.ts'

/** A command that is loaded when it is asked for: `seine show` need not load the database. */
export interface CommandEntry {
  readonly name: string
  load(): Promise<{ command: Command }>
}

/** Runs one command line (without `node` and the script) and gives its exit code. */
export async function seine(
  args: readonly string[],
  commands: readonly CommandEntry[],
  io: CommandIo,
  version: string,
): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === '--version' || name === '-v' || name === 'version') {
    io.stdout.write(`seine ${version}\n`)
    return exitCodes.ok
  }
  const isHelp = name === 'help' || name === '--help' || name === '-h'
  const wanted = isHelp ? rest[0] : name
  if (wanted === undefined) {
    io.stdout.write(await overview(commands))
    return exitCodes.ok
  }
  const entry = commands.find((candidate) => candidate.name === wanted)
  if (entry === undefined) {
    io.stderr.write(`seine: no command '${wanted}'; "seine help" lists them\n`)
    return exitCodes.usage
  }
  const { command } = await entry.load()
  if (isHelp || rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(helpOf(command))
    return exitCodes.ok
  }
  const taken = takeApiKey(rest, io)
  if (taken === null) {
    io.stderr.write(`seine ${command.name}: --api-key: expected a key after it\n`)
    return exitCodes.usage
  }
  return command.run(taken.args, taken.io)
}

/** `--api-key` is every command's, so it is taken here: it goes before SEINE_API_KEY. Null: the key is missing. */
function takeApiKey(args: readonly string[], io: CommandIo): { args: string[]; io: CommandIo } | null {
  const at = args.findIndex((arg) => arg === '--api-key' || arg.startsWith('--api-key='))
  if (at < 0) return { args: [...args], io }
  const isOneWord = args[at] !== '--api-key'
  const key = isOneWord ? args[at]!.slice('--api-key='.length) : args[at + 1]
  if (key === undefined || key === '') return null
  const others = args.toSpliced(at, isOneWord ? 1 : 2)
  return { args: others, io: { ...io, env: { ...io.env, SEINE_API_KEY: key } } }
}

async function overview(commands: readonly CommandEntry[]): Promise<string> {
  const lines = await Promise.all(
    commands.map(async (entry) => `  ${entry.name.padEnd(11)}${(await entry.load()).command.summary}`),
  )
  return `seine: bulk site runs\n\nusage: seine <command> [options]\n\n${lines.join('\n')}\n\n"seine help <command>" tells more. --api-key or SEINE_API_KEY names the key for a gateway that "seine up" did not start here. Exit codes:\n${exitCodeHelp.map((line) => `  ${line}`).join('\n')}\n`
}

function helpOf({ summary, usage, examples }: Command): string {
  return `${summary}\n\nusage: ${usage}\n\nexamples:\n${examples.map((example) => `  ${example}`).join('\n')}\n\nexit codes:\n${exitCodeHelp.map((line) => `  ${line}`).join('\n')}\n`
}
