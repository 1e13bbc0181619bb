import { readFile } from 'node:fs/promises'
import type { CommandIo } from './command.ts'
import { type CommandEntry, seine } from './seine.ts'

const commands: readonly CommandEntry[] = [
  { name: 'demo', load: () => import('./demo.ts') },
  { name: 'up', load: () => import('./up.ts') },
  { name: 'down', load: () => import('./down.ts') },
  { name: 'status', load: () => import('./status.ts') },
  { name: 'run', load: () => import('./run.ts') },
  { name: 'show', load: () => import('./show.ts') },
  { name: 'tail', load: () => import('./tail.ts') },
  { name: 'cancel', load: () => import('./cancel.ts') },
  { name: 'retry', load: () => import('./retry.ts') },
  { name: 'pause', load: () => import('./pause.ts') },
  { name: 'resume', load: () => import('./resume.ts') },
  { name: 'diff', load: () => import('./diff.ts') },
  { name: 'reextract', load: () => import('./reextract.ts') },
  { name: 'schedule', load: () => import('./schedule.ts') },
  { name: 'webhooks', load: () => import('./webhooks.ts') },
  { name: 'retention', load: () => import('./retention.ts') },
  { name: 'extract', load: () => import('./extract.ts') },
  { name: 'provision', load: () => import('./provision.ts') },
]

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
