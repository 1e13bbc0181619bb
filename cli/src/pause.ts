import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'pause',
  summary: 'Send nothing more for a run until it is resumed',
  usage: 'seine pause <run> [--json] [--gateway url]',
  examples: ['seine pause last', 'seine pause 01a1fb82'],
  async run(args, io) {
    const read = readRunArguments(command, args, gatewayFlags, io)
    if (read === null) return exitCodes.usage
    return withGateway(command, read.flags.gateway, io, async (client) => {
      const run = await client.pauseRun(await findRun(client, read.run))
      io.stdout.write(read.flags.json ? `${JSON.stringify(run)}\n` : `Run ${run.id}: ${run.status}\n`)
      return exitCodes.ok
    })
  },
}
