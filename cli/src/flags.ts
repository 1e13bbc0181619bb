import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { Command, CommandIo } from './command.ts'

type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values']

/**
 * A command's flags, or null after a line on stderr that says what is wrong with them: then the exit code is 2.
 * Arguments that are no flags are refused.
 */
export function readFlags<const T extends ParseArgsOptionsConfig>(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  options: T,
  io: CommandIo,
): Values<T> | null {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    return refuse(command, problem ?? '', io)
  }
}

/** A whole number from a flag; null after a line on stderr. */
export function readCount(
  command: Pick<Command, 'name' | 'usage'>,
  flag: string,
  text: string,
  range: { min: number; max: number },
  io: CommandIo,
): number | null {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value
  return refuse(command, `--${flag}: expected ${range.min} to ${range.max}, got '${text}'`, io)
}

function refuse(command: Pick<Command, 'name' | 'usage'>, problem: string, io: CommandIo): null {
  io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
  return null
}
