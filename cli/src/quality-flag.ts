import type { ParseArgsOptionsConfig } from 'node:util'
import type { RunDetail } from '@seine/client'
import type { Command, CommandIo } from './command.ts'

/** From which result of the quality gates on a completed run is no success. */
const choices = ['warning', 'failed', 'never'] as const
export type FailOnQuality = (typeof choices)[number]

/** For commands that end with a run. */
export const qualityFlag = {
  'fail-on-quality': { type: 'string', default: 'failed' },
} as const satisfies ParseArgsOptionsConfig

/** What the flag says; null after a line on stderr: then the exit code is 2. */
export function readFailOnQuality(
  command: Pick<Command, 'name' | 'usage'>,
  text: string,
  io: CommandIo,
): FailOnQuality | null {
  const chosen = choices.find((choice) => choice === text)
  if (chosen !== undefined) return chosen
  io.stderr.write(
    `seine ${command.name}: --fail-on-quality: expected warning, failed or never, got '${text}'\nusage: ${command.usage}\n`,
  )
  return null
}

/** Whether the quality of a run is no success any more. */
export function isPoor({ quality }: Pick<RunDetail, 'quality'>, failOn: FailOnQuality): boolean {
  if (quality === undefined || failOn === 'never') return false
  return quality.status === 'failed' || (quality.status === 'warning' && failOn === 'warning')
}
