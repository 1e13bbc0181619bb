import { expect, test } from 'vitest'
import { command } from './doctor.ts'
import { checkChromium, checkMemory, checkNode, judgeDisk } from './doctor-checks.ts'
import { makeIo } from './io.fixture.ts'

test('an older Node is missing, with what to do', () => {
  expect(checkNode('24.1.0').state).toBe('ok')
  expect(checkNode('20.20.2')).toMatchObject({ state: 'missing', found: '20.20.2' })
})

test('little disk or memory is told before it is too little', () => {
  expect([6e9, 1e9, 1e8].map((bytes) => judgeDisk(bytes, '/x').state)).toEqual(['ok', 'optional', 'missing'])
  expect([4e9, 1e9].map((bytes) => checkMemory(bytes).state)).toEqual(['ok', 'optional'])
})

test('a browser is needed where one is named, and else only for what is rendered', async () => {
  expect(await checkChromium({ CHROMIUM_PATH: process.execPath })).toMatchObject({ state: 'ok' })
  expect(await checkChromium({ CHROMIUM_PATH: '/none' })).toMatchObject({ state: 'missing' })
})

test('every finding is told with its name, and how to mend it where it needs mending', async () => {
  const { io, out } = makeIo({ env: { SEINE_DIR: '/tmp', PATH: '/nowhere', SEINE_GATEWAY: 'http://127.0.0.1:1' } })
  await command.run(['--json'], io)
  const { findings } = JSON.parse(out()) as { findings: { name: string; state: string; mend: string | null }[] }
  expect(findings.map(({ name }) => name)).toEqual([
    ...['Node', 'packages', 'nats-server', 'PostgreSQL', 'Chromium', 'memory', 'disk', 'port 8080', 'gateway'],
  ])
  for (const { state, mend } of findings) expect(mend === null).toBe(state === 'ok')
  expect(findings.at(-1)).toMatchObject({ state: 'optional' })
  const people = makeIo({ env: io.env })
  await command.run([], people.io)
  expect(people.out()).toContain('nothing answers at http://127.0.0.1:1')
})
