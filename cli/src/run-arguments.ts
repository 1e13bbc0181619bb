import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { Command, CommandIo } from './command.ts'

/** Flags of every command that talks to the gateway. */
export const gatewayFlags = {
  gateway: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values']

/** The run that a command is about and its flags, or null after a line on stderr: then the exit code is 2. */
export function readRunArguments<const T extends ParseArgsOptionsConfig>(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  options: T,
  io: CommandIo,
): { run: string; flags: Values<T> } | null {
  try {
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: true })
    const [run, ...others] = positionals
    if (run === undefined) throw new Error('which run? Its id, the first letters of it, or "last"')
    if (others.length > 0) throw new Error(`one run at a time, not also '${others.join(' ')}'`)
    return { run, flags: values }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}
