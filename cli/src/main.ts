import { readFile } from 'node:fs/promises'
import type { CommandIo } from './command.ts'
import { commands } from './commands.ts'
import { seine } from './seine.ts'

// `seine tail | head` closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const io: CommandIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  isTty: process.stdout.isTTY === true,
}
process.exitCode = await seine(process.argv.slice(2), commands, io, version)
