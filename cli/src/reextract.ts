import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { followToEnd, lastSequence } from './follow-to-end.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'

export const command: Command = {
  name: 'reextract',
  summary: 'Extract and export a run again from its stored pages, without a request, and watch',
  usage: 'seine reextract <run> [--site name] [--detach] [--json] [--gateway url]',
  examples: ['seine reextract last', 'seine reextract 01a1fb82 --site shop'],
  async run(args, io) {
    const options = {
      ...gatewayFlags,
      site: { type: 'string' },
      detach: { type: 'boolean', default: false },
    } as const
    const read = readRunArguments(command, args, options, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, site, detach } = read.flags
    return withGateway(command, gateway, io, async (client) => {
      const id = await findRun(client, read.run)
      const since = detach ? 0 : await lastSequence(client, id)
      const run = await client.reextractRun(id, site === undefined ? {} : { site })
      if (!detach) return followToEnd(client, id, { since, json }, io)
      io.stdout.write(json ? `${JSON.stringify(run)}\n` : `Run ${run.id}: ${run.status}\n`)
      return exitCodes.ok
    })
  },
}
