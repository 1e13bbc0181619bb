import { stopStack } from '@seine/stack'
import type { Command } from './command.ts'
import { readFlags } from './flags.ts'
import { demoFolder, stackFolder } from './stack-folder.ts'

export const command: Command = {
  name: 'down',
  summary: 'Stop what "seine up" or "seine demo" started, and what a crash left of it',
  usage: 'seine down',
  examples: ['seine down'],
  async run(args, io) {
    if (readFlags(command, args, {}, io) === null) return 2
    const stopped = await Promise.all([stackFolder(io), demoFolder(io)].map(stopStack))
    io.stdout.write(stopped.some(Boolean) ? 'Stopped.\n' : 'Nothing was running.\n')
    return 0
  },
}
