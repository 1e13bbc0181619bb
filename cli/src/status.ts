import { readStackFile, type StackFile, stillRuns } from '@seine/stack'
import type { Command } from './command.ts'
import { readFlags } from './flags.ts'
import { stackFolder } from './stack-folder.ts'

export const command: Command = {
  name: 'status',
  summary: 'Say what of the mesh on this machine runs',
  usage: 'seine status [--json]',
  examples: ['seine status', 'seine status --json | jq .gatewayUrl'],
  /** Exit code 0: all of it runs. 1: some of it or none. */
  async run(args, io) {
    const flags = readFlags(command, args, { json: { type: 'boolean', default: false } }, io)
    if (flags === null) return 2
    const stack = await readStackFile(stackFolder(io))
    if (flags.json) {
      io.stdout.write(`${JSON.stringify(statusOf(stack))}\n`)
      return isWell(stack) ? 0 : 1
    }
    if (stack === null) {
      io.stdout.write('The mesh is down: "seine up" starts it.\n')
      return 1
    }
    const supervised = stillRuns(stack.supervisor)
    io.stdout.write(supervised ? `The mesh is ${stack.state}: ${stack.gatewayUrl}\n` : 'Its supervisor is gone.\n')
    for (const process of stack.processes) {
      const state = stillRuns(process) ? `runs (pid ${process.pid})` : 'does not run'
      io.stdout.write(`  ${process.name.padEnd(14)}${state}\n`)
    }
    return isWell(stack) ? 0 : 1
  },
}

function isWell(stack: StackFile | null): boolean {
  return stack !== null && stillRuns(stack.supervisor) && stack.state === 'ready' && stack.processes.every(stillRuns)
}

/** What a program is told: no key is in it. */
function statusOf(stack: StackFile | null) {
  if (stack === null) return { state: 'down', gatewayUrl: null, processes: [] }
  const processes = stack.processes.map((process) => ({
    name: process.name,
    pid: process.pid,
    runs: stillRuns(process),
  }))
  return {
    state: stillRuns(stack.supervisor) ? stack.state : 'unsupervised',
    gatewayUrl: stack.gatewayUrl ?? null,
    processes,
  }
}
