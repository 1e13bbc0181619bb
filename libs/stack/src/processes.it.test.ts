import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type ManagedProcess, makeProcess, type ProcessSpec, stopInOrder } from './processes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-processes-'))
})

/** A shell script; ready once it has written "up" into its log. */
function script(source: string, changes: Partial<ProcessSpec> = {}): ManagedProcess {
  const name = changes.name ?? 'script'
  const logFile = join(folder, `${name}.log`)
  return makeProcess({
    name,
    command: '/bin/sh',
    args: ['-c', source],
    env: { PATH: '/usr/bin:/bin' },
    cwd: folder,
    logFile,
    ready: async () => (await readFile(logFile, 'utf8')).includes('up'),
    startTimeoutMs: 5_000,
    stopTimeoutMs: 300,
    restart: false,
    ...changes,
  })
}

const runs = (pid: number | null) => {
  try {
    return pid !== null && process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a process is started, ready, and gone after its stop', async () => {
  const process = script('echo up; exec sleep 60')
  await process.start()
  const pid = process.pid
  expect(process.state).toBe('ready')
  expect(runs(pid)).toBe(true)
  await process.stop()
  expect(process.state).toBe('stopped')
  expect(runs(pid)).toBe(false)
})

test('a process that ends while starting rejects with the end of its log', async () => {
  await expect(script('echo no database here >&2; exit 3').start()).rejects.toThrow(
    /ended while starting[\s\S]*no database here/,
  )
})

test('a process that is never ready is ended and says so', async () => {
  const process = script('exec sleep 60', { startTimeoutMs: 200 })
  await expect(process.start()).rejects.toThrow('script was not ready after 0.2 s')
  expect(process.pid).toBeNull()
})

test('a command that does not exist rejects instead of crashing', async () => {
  await expect(script('', { command: '/nowhere/program', args: [] }).start()).rejects.toThrow('ended while starting')
})

test('a process that ignores SIGTERM is killed after its time', async () => {
  const process = script('trap "" TERM; echo up; while :; do sleep 1; done')
  await process.start()
  const pid = process.pid
  await process.stop()
  expect(runs(pid)).toBe(false)
})

test('a crashed process comes back with another pid, and stays away once stopped', async () => {
  const process = script('echo up; exec sleep 60', { restart: true })
  await process.start()
  const first = process.pid
  await process.kill()
  await process.untilReady()
  expect(process.pid).not.toBe(first)
  expect(process.restarts).toBe(1)
  await process.stop()
  expect(process.state).toBe('stopped')
})

test('a stop during the pause after a crash keeps the process away', async () => {
  const process = script('echo up; exec sleep 60', { restart: true })
  await process.start()
  await process.kill()
  expect(process.state).toBe('backing-off')
  await process.stop()
  await expect.poll(() => process.state).toBe('stopped')
  expect(process.pid).toBeNull()
})

test('groups are stopped one after the other', async () => {
  const order: string[] = []
  const named = (name: string) =>
    script('echo up; exec sleep 60', { name, onChange: ({ state }) => void (state === 'stopped' && order.push(name)) })
  const [first, second] = [named('first'), named('second')]
  await Promise.all([first.start(), second.start()])
  await stopInOrder([[second], [first]])
  expect(order).toEqual(['second', 'first'])
})
