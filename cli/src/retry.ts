import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { followToEnd, lastSequence } from './follow-to-end.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'retry',
  summary: 'Fetch again what failed in a run, or a whole site of it, and watch',
  usage: 'seine retry <run> [--site name] [--failures] [--detach] [--json] [--gateway url]',
  examples: ['seine retry last --failures', 'seine retry last --site shop', 'seine retry 01a1fb82 --detach'],
  async run(args, io) {
    const options = {
      ...gatewayFlags,
      site: { type: 'string' },
      failures: { type: 'boolean', default: false },
      detach: { type: 'boolean', default: false },
    } as const
    const read = readRunArguments(command, args, options, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, site, failures: failuresOnly, detach } = read.flags
    return withGateway(command, gateway, io, async (client) => {
      const id = await findRun(client, read.run)
      const since = detach ? 0 : await lastSequence(client, id)
      const run = await client.retryRun(id, { failuresOnly, ...(site === undefined ? {} : { site }) })
      if (!detach) return followToEnd(client, id, { since, json }, io)
      io.stdout.write(json ? `${JSON.stringify(run)}\n` : `Run ${run.id}: ${run.status}\n`)
      return exitCodes.ok
    })
  },
}
