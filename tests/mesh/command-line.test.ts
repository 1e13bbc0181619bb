import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot, readStackFile, runningStack, type StackFile, stillRuns } from '@seine/stack'
import { eventually } from '@seine/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

/** `seine demo`, `up` and `down` as they are typed, in a folder of their own. */
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-cli-'))
})
afterEach(async () => {
  await seine('down').ended
  await rm(folder, { recursive: true, force: true })
})

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; said: string }>
}

function seine(...args: string[]): Started {
  const child = spawn(process.execPath, [join(projectRoot, 'cli/src/main.ts'), ...args], {
    cwd: folder,
    env: { ...process.env, SEINE_DIR: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  return { child, ended: once(child, 'close').then(([code]) => ({ code, said })) }
}

const running = (stack: StackFile) => stack.processes.filter(stillRuns).map(({ name }) => name)
const untilReady = (dir: string) =>
  eventually(async () => (await runningStack(dir)) ?? Promise.reject(new Error('not ready')), { timeoutMs: 60_000 })

test('a demo leaves the reports unpacked, a second one shows what changed, and neither leaves a process', async () => {
  const first = await seine('demo').ended
  expect(first.code, first.said).toBe(0)
  expect(first.said).toMatch(/^lamps +completed +131 +128 +2 +1 +120$/m)
  for (const file of ['reports.zip', 'manifest.json', 'lamps/full.csv', 'lamps/lamps.xlsx']) {
    await access(join(folder, 'out', file))
  }
  const second = await seine('demo').ended
  expect(second.code, second.said).toBe(0)
  const changes = readCsv(await readFile(join(folder, 'out/lamps/diff.csv')))
  expect(changes.filter(({ Change }) => Change === 'removed')).toHaveLength(4)
  expect(changes.filter(({ Change, Field }) => Change === 'changed' && Field === 'Price')).toHaveLength(12)
  expect(await readStackFile(join(folder, 'state/demo'))).toBeNull()
})

test('Ctrl-C in the middle of a demo ends everything it started', async () => {
  const demo = seine('demo')
  const stack = await untilReady(join(folder, 'state/demo'))
  expect(running(stack)).toHaveLength(7)
  demo.child.kill('SIGINT')
  expect((await demo.ended).code).toBe(130)
  expect(running(stack)).toEqual([])
})

test('a mesh in the background is told of by status, refused a second time and ended by down', async () => {
  expect((await seine('up', '--detach').ended).code).toBe(0)
  const stack = await untilReady(join(folder, 'state'))
  expect((await seine('status').ended).code).toBe(0)
  const again = await seine('up').ended
  expect(again.code).toBe(1)
  expect(again.said).toContain(`pid ${stack.supervisor.pid}`)
  expect((await seine('down').ended).code).toBe(0)
  expect(running(stack)).toEqual([])
  expect((await seine('status').ended).code).toBe(1)
})

test('what a killed supervisor leaves is ended, at the latest by down', async () => {
  const up = seine('up')
  const stack = await untilReady(join(folder, 'state'))
  up.child.kill('SIGKILL')
  await up.ended
  await seine('down').ended
  expect(running(stack)).toEqual([])
})
