import { spawn } from 'node:child_process'
import { fstatSync, mkdirSync, openSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeClient } from '@seine/client'
import { lastWords, projectRoot, runningStack, type StackFile, startStack } from '@seine/stack'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { readCount, readFlags } from './flags.ts'
import { interruption, untilAborted } from './interruption.ts'
import { stackFolder } from './stack-folder.ts'

const replicas = { min: 1, max: 64 }

export const command: Command = {
  name: 'up',
  summary: 'Start the whole mesh on this machine',
  usage: 'seine up [--fetchers n] [--browser-fetchers n] [--exporters n] [--sites file] [--policies file] [--detach]',
  examples: ['seine up', 'seine up --fetchers 4 --browser-fetchers 1 --sites my-sites.json', 'seine up --detach'],
  async run(args, io) {
    const flags = readFlags(
      command,
      args,
      {
        fetchers: { type: 'string', default: '2' },
        'browser-fetchers': { type: 'string', default: '0' },
        exporters: { type: 'string', default: '1' },
        sites: { type: 'string' },
        policies: { type: 'string' },
        detach: { type: 'boolean', default: false },
      },
      io,
    )
    if (flags === null) return exitCodes.usage
    const fetchers = readCount(command, 'fetchers', flags.fetchers, replicas, io)
    const browserFetchers = readCount(
      command,
      'browser-fetchers',
      flags['browser-fetchers'],
      { ...replicas, min: 0 },
      io,
    )
    const exporters = readCount(command, 'exporters', flags.exporters, replicas, io)
    if (fetchers === null || browserFetchers === null || exporters === null) return exitCodes.usage
    const dir = stackFolder(io)
    if (flags.detach) {
      return detached(
        dir,
        args.filter((arg) => arg !== '--detach'),
        io,
      )
    }
    const config = (flag: string | undefined, variable: string, file: string) =>
      resolve(io.cwd, flag ?? io.env[variable] ?? join(projectRoot, 'config', file))
    using interrupted = interruption()
    try {
      await using stack = await startStack({
        dir,
        fetchers,
        browserFetchers,
        exporters,
        sitesFile: config(flags.sites, 'SITES_FILE', 'sites.json'),
        policiesFile: config(flags.policies, 'POLICIES_FILE', 'policies.yml'),
        env: io.env,
        durability: 'durable',
        restart: true,
        signal: interrupted.signal,
        onLine: (line) => io.stdout.write(`  ${line}\n`),
      })
      io.stdout.write(
        `The mesh is up: ${stack.gatewayUrl}\n${await howToLogIn(stack)}  logs: ${relative(io.cwd, stack.logFolder)}\n  stop: Ctrl-C or "make down"\n`,
      )
      await untilAborted(interrupted.signal)
      io.stdout.write('Stopping.\n')
    } catch (error) {
      if (interrupted.signal.aborted) return exitCodes.interrupted
      io.stderr.write(`seine up: ${error instanceof Error ? error.message : String(error)}\n`)
      return exitCodes.failed
    }
    return 0
  },
}

/** Until somebody can log in: where the first admin is made. The token stands behind the #, so that no server logs it. */
async function howToLogIn(stack: Pick<StackFile, 'gatewayUrl' | 'apiKey' | 'setupToken'>): Promise<string> {
  const { gatewayUrl, apiKey, setupToken } = stack
  const isNeeded = await makeClient({ baseUrl: gatewayUrl, apiKey }).setupNeeded()
  return isNeeded ? `  first login: ${gatewayUrl}/#setup=${setupToken}\n` : ''
}

/** Runs the same command again in the background and waits until its stack answers. */
async function detached(dir: string, args: string[], io: CommandIo): Promise<number> {
  const running = await runningStack(dir)
  if (running !== null) {
    io.stdout.write(`The mesh is up already: ${running.gatewayUrl}\n`)
    return 0
  }
  const logFile = join(dir, 'logs/up.log')
  mkdirSync(join(dir, 'logs'), { recursive: true })
  const log = openSync(logFile, 'a', 0o600)
  const startByte = fstatSync(log).size
  const child = spawn(process.execPath, [join(projectRoot, 'cli/src/main.ts'), 'up', ...args], {
    cwd: io.cwd,
    env: io.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['ignore', log, log],
  })
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  child.unref()
  while (!ended) {
    const stack = await runningStack(dir)
    if (stack !== null) {
      const where = `The mesh is up: ${stack.gatewayUrl}\n${await howToLogIn(stack)}`
      io.stdout.write(`${where}  logs: ${relative(io.cwd, join(dir, 'logs'))}\n`)
      return 0
    }
    await sleep(100)
  }
  io.stderr.write(`seine up: the mesh did not start (log: ${logFile})\n${lastWords(logFile, startByte)}\n`)
  return 1
}
