import { stopStack } from '@seine/stack'
import type { Command } from './command.ts'
import { readFlags } from './flags.ts'
import { demoFolder, stackFolder } from './stack-folder.ts'

export const command: Command = {
  name: 'down',
  summary: 'Stop what "seine up" or "seine demo" started, and what a crash left of it',
  usage: 'seine down [--json]',
  examples: ['seine down'],
  async run(args, io) {
    const flags = readFlags(command, args, { json: { type: 'boolean', default: false } }, io)
    if (flags === null) return 2
    const stopped = await Promise.all([stackFolder(io), demoFolder(io)].map(stopStack))
    const wasRunning = stopped.some(Boolean)
    if (flags.json) io.stdout.write(`${JSON.stringify({ wasRunning })}\n`)
    else io.stdout.write(wasRunning ? 'Stopped.\n' : 'Nothing was running.\n')
    return 0
  },
}
