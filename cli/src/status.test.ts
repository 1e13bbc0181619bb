import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command as down } from './down.ts'
import { makeIo } from './io.fixture.ts'
import { command as status } from './status.ts'

test('programs are told that nothing runs, and people how to start it', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'seine-status-'))
  try {
    const env = { SEINE_DIR: join(cwd, 'state') }
    const program = makeIo({ cwd, env })
    expect(await status.run(['--json'], program.io)).toBe(1)
    expect(JSON.parse(program.out())).toEqual({ state: 'down', gatewayUrl: null, processes: [] })
    const people = makeIo({ cwd, env })
    expect(await status.run([], people.io)).toBe(1)
    expect(people.out()).toBe('The mesh is down: "seine up" starts it.\n')
    const stopping = makeIo({ cwd, env })
    expect(await down.run(['--json'], stopping.io)).toBe(0)
    expect(JSON.parse(stopping.out())).toEqual({ wasRunning: false })
  } finally {
    await rm(cwd, { recursive: true })
  }
})
