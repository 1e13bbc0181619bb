import { readStackFile, stillRuns } from '@seine/stack'
import type { Command } from './command.ts'
import { readFlags } from './flags.ts'
import { stackFolder } from './stack-folder.ts'

export const command: Command = {
  name: 'status',
  summary: 'Say what of the mesh on this machine runs',
  usage: 'seine status',
  examples: ['seine status'],
  /** Exit code 0: all of it runs. 1: some of it or none. */
  async run(args, io) {
    if (readFlags(command, args, {}, io) === null) return 2
    const stack = await readStackFile(stackFolder(io))
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
    return supervised && stack.state === 'ready' && stack.processes.every(stillRuns) ? 0 : 1
  },
}
