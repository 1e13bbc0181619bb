import type { Client } from '@seine/client'
import type { SeineEvent } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { type EventFilter, eventFilterFlags, isShown, readEventFilter } from './event-filter.ts'
import { eventLine } from './event-line.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { findRun, withGateway } from './gateway.ts'
import { interruption } from './interruption.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'
import { hasScreen, watchRun } from './watch-run.ts'

export const command: Command = {
  name: 'tail',
  summary: 'Show the events of a run as they happen until it ends, or of all runs',
  usage:
    'seine tail <run>|all [--since seq|10m] [--level debug|info|warn|error] [--type t,…] [--site name] [--json] [--gateway url]',
  examples: [
    'seine tail last',
    'seine tail last --level warn --since 10m',
    'seine tail last --site shop --type site.step,site.finished',
    'seine tail 01a1fb82 --since 5120 --json',
    'seine tail all --type run.finished',
  ],
  async run(args, io) {
    const read = readRunArguments(command, args, { ...gatewayFlags, ...eventFilterFlags }, io)
    if (read === null) return exitCodes.usage
    const { gateway, json } = read.flags
    const filter = readEventFilter(read.flags, Date.now())
    if ('problem' in filter) {
      io.stderr.write(`seine tail: ${filter.problem}\n`)
      return exitCodes.usage
    }
    return withGateway(command, gateway, io, async (client) => {
      using interrupted = interruption()
      const { signal } = interrupted
      const id = read.run === 'all' ? null : await findRun(client, read.run)
      if (id === null || json || !hasScreen(io)) await printEvents(client, id, filter, { json, signal }, io)
      else await showRun(client, id, filter, signal, io)
      return signal.aborted || id === null ? exitCodes.interrupted : exitCodeOf(await client.getRun(id))
    })
  },
}

async function printEvents(
  client: Client,
  runId: string | null,
  filter: EventFilter,
  { json, signal }: { json: boolean; signal: AbortSignal },
  io: CommandIo,
): Promise<void> {
  const { since, fromMs, ...asked } = filter
  // Of all runs from now on, unless something else was said.
  const from = runId === null && since === 0 && fromMs === 0 ? {} : { since }
  for await (const { seq, event } of client.runEvents(runId, { ...asked, ...from, signal }))
    if (isShown(filter, event)) io.stdout.write(`${json ? JSON.stringify({ seq, ...event }) : eventLine(event)}\n`)
}

/** On a terminal: the bars of the run below, and above them what was asked for but progress, which the bars show. */
async function showRun(
  client: Client,
  id: string,
  filter: EventFilter,
  signal: AbortSignal,
  io: CommandIo,
): Promise<void> {
  const isLine = (event: SeineEvent) => isShown(filter, event) && !event.type.endsWith('.progress')
  await watchRun(client, await client.getRun(id), { since: filter.since, quiet: false, signal, isLine }, io)
}
