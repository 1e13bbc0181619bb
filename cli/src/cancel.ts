import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'cancel',
  summary: 'Stop a run: what is pending becomes skipped',
  usage: 'seine cancel <run> [--json] [--gateway url]',
  examples: ['seine cancel last', 'seine cancel 01a1fb82'],
  async run(args, io) {
    const read = readRunArguments(command, args, gatewayFlags, io)
    if (read === null) return exitCodes.usage
    return withGateway(command, read.flags.gateway, io, async (client) => {
      const run = await client.cancelRun(await findRun(client, read.run))
      io.stdout.write(read.flags.json ? `${JSON.stringify(run)}\n` : `Run ${run.id}: ${run.status}\n`)
      return exitCodes.ok
    })
  },
}
