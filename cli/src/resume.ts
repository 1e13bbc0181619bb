import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { followToEnd, lastSequence } from './follow-to-end.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'resume',
  summary: 'Take up a paused, cancelled or failed run where it stopped, and watch',
  usage: 'seine resume <run> [--detach] [--json] [--gateway url]',
  examples: ['seine resume last', 'seine resume 01a1fb82 --detach'],
  async run(args, io) {
    const options = { ...gatewayFlags, detach: { type: 'boolean', default: false } } as const
    const read = readRunArguments(command, args, options, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, detach } = read.flags
    return withGateway(command, gateway, io, async (client) => {
      const id = await findRun(client, read.run)
      const since = detach ? 0 : await lastSequence(client, id)
      const run = await client.resumeRun(id)
      if (!detach) return followToEnd(client, id, { since, json }, io)
      io.stdout.write(json ? `${JSON.stringify(run)}\n` : `Run ${run.id}: ${run.status}\n`)
      return exitCodes.ok
    })
  },
}
