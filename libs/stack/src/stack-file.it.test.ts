import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { identify, stillRuns } from './process-identity.ts'
import { claimStackFile, readStackFile, runningStack, stopStack, writeStackFile } from './stack-file.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seine-stack-'))
})

function sleeper() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  return { child, identity: identify(child.pid!)!, gone: once(child, 'exit') }
}

test('a folder has one supervisor: a second claim is refused and names the first', async () => {
  await claimStackFile(dir)
  await expect(claimStackFile(dir)).rejects.toThrow(`pid ${process.pid}`)
})

test('the file can be read by its owner alone, because it holds a password', async () => {
  await writeStackFile(dir, await claimStackFile(dir))
  expect((await stat(join(dir, 'stack.json'))).mode & 0o077).toBe(0)
})

test('what a killed supervisor left running is ended by the next claim', async () => {
  const left = sleeper()
  const claimed = await claimStackFile(dir)
  await writeStackFile(dir, {
    ...claimed,
    supervisor: { pid: process.pid, started: 'long ago' },
    processes: [{ name: 'fetcher-1', ...left.identity }],
  })
  await claimStackFile(dir)
  await left.gone
  expect(stillRuns(left.identity)).toBe(false)
})

test('stopping asks the supervisor, ends what it left and removes the file', async () => {
  const [supervisor, left] = [sleeper(), sleeper()]
  const claimed = await claimStackFile(dir)
  await writeStackFile(dir, {
    ...claimed,
    state: 'ready',
    supervisor: supervisor.identity,
    processes: [{ name: 'nats', ...left.identity }],
  })
  expect(await runningStack(dir)).not.toBeNull()
  expect(await stopStack(dir)).toBe(true)
  await Promise.all([supervisor.gone, left.gone])
  expect(await readStackFile(dir)).toBeNull()
  expect(await stopStack(dir)).toBe(false)
})

test('a process that was given a dead one’s number is not taken for it', async () => {
  const other = sleeper()
  const claimed = await claimStackFile(dir)
  await writeStackFile(dir, {
    ...claimed,
    supervisor: { pid: other.child.pid!, started: 'long ago' },
    processes: [{ name: 'nats', pid: other.child.pid!, started: 'long ago' }],
  })
  expect(await stopStack(dir)).toBe(false)
  expect(stillRuns(other.identity)).toBe(true)
  other.child.kill()
})
