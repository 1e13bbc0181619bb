import { levels, type SeineEvent } from '@seine/contracts'
import type { Command } from './command.ts'
import { eventLine } from './event-line.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { readCount } from './flags.ts'
import { findRun, withGateway } from './gateway.ts'
import { interruption } from './interruption.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'tail',
  summary: 'Print the events of a run as they happen, until it ends',
  usage: 'seine tail <run> [--since seq] [--level debug|info|warn|error] [--json] [--gateway url]',
  examples: ['seine tail last', 'seine tail last --level warn', 'seine tail 01a1fb82 --since 5120 --json'],
  async run(args, io) {
    const options = { ...gatewayFlags, since: { type: 'string' }, level: { type: 'string', default: 'debug' } } as const
    const read = readRunArguments(command, args, options, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, since: sinceText, level } = read.flags
    const lowest = (levels as readonly string[]).indexOf(level)
    if (lowest < 0) {
      io.stderr.write(`seine tail: --level: expected one of ${levels.join(', ')}, got '${level}'\n`)
      return exitCodes.usage
    }
    const range = { min: 0, max: Number.MAX_SAFE_INTEGER }
    const since = sinceText === undefined ? 0 : readCount(command, 'since', sinceText, range, io)
    if (since === null) return exitCodes.usage
    return withGateway(command, gateway, io, async (client) => {
      using interrupted = interruption()
      const { signal } = interrupted
      const id = await findRun(client, read.run)
      const isShown = (event: SeineEvent) => levels.indexOf(event.level) >= lowest
      for await (const { seq, event } of client.runEvents(id, { since, signal }))
        if (isShown(event)) io.stdout.write(`${json ? JSON.stringify({ seq, ...event }) : eventLine(event)}\n`)
      return signal.aborted ? exitCodes.interrupted : exitCodeOf(await client.getRun(id))
    })
  },
}
