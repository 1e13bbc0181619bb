import type { Client } from '@seine/client'
import type { CommandIo } from './command.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { interruption } from './interruption.ts'
import type { FailOnQuality } from './quality-flag.ts'
import { runSummary } from './run-summary.ts'
import { watchRun } from './watch-run.ts'

/**
 * Watches a run to its end, says how it ended, and gives the exit code. Ctrl-C leaves it running. `json`: nothing but the
 * run at the end, as JSON.
 */
export async function followToEnd(
  client: Client,
  runId: string,
  options: { since: number; json: boolean; failOnQuality?: FailOnQuality },
  io: CommandIo,
): Promise<number> {
  const { since, json, failOnQuality } = options
  using interrupted = interruption()
  const { signal } = interrupted
  const ended = await watchRun(client, await client.getRun(runId), { since, quiet: json, signal }, io)
  if (ended === null) {
    io.stderr.write(`The run goes on: "seine tail ${runId}" shows it, "seine cancel ${runId}" stops it.\n`)
    return exitCodes.interrupted
  }
  io.stdout.write(json ? `${JSON.stringify(ended)}\n` : `\n${runSummary(ended, client.baseUrl)}`)
  return exitCodeOf(ended, failOnQuality)
}

/** The sequence of the last event of a run that has ended: what is done to it from now on comes after. 0: it has not. */
export async function lastSequence(client: Client, runId: string): Promise<number> {
  let last = 0
  // The log of a run that goes on has no end to wait for.
  if ((await client.getRun(runId)).finishedAt === null) return last
  for await (const { seq } of client.runEvents(runId)) last = seq
  return last
}
