import type { Command } from './command.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { findRun, withGateway } from './gateway.ts'
import { qualityFlag, readFailOnQuality } from './quality-flag.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'
import { runSummary } from './run-summary.ts'

export const command: Command = {
  name: 'show',
  summary: 'Show how a run stands, site by site',
  usage: 'seine show <run> [--fail-on-quality warning|failed|never] [--json] [--gateway url]',
  examples: ['seine show last', 'seine show 01a1fb82 --json'],
  async run(args, io) {
    const read = readRunArguments(command, args, { ...gatewayFlags, ...qualityFlag }, io)
    if (read === null) return exitCodes.usage
    const failOnQuality = readFailOnQuality(command, read.flags['fail-on-quality'], io)
    if (failOnQuality === null) return exitCodes.usage
    return withGateway(command, read.flags.gateway, io, async (client) => {
      const run = await client.getRun(await findRun(client, read.run))
      io.stdout.write(read.flags.json ? `${JSON.stringify(run)}\n` : runSummary(run, client.baseUrl))
      return exitCodeOf(run, failOnQuality)
    })
  },
}
