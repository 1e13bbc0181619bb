import { createLogger } from '@seine/runtime'
import { beforeEach, expect, test } from 'vitest'
import { memoryAuth } from './auth.fixture.ts'
import type { Auth } from './auth.ts'
import { seeToFirstAdmin } from './first-admin.ts'

const password = 'correct horse battery'
const nothing = { user: undefined, password: undefined, setupToken: undefined }
let auth: Auth
let lines: string[]
const log = createLogger('gateway', { level: 'info', write: (line) => lines.push(line) })
beforeEach(async () => {
  auth = await memoryAuth()
  lines = []
})

test('without anybody a one-time token is logged, and it makes the first admin', async () => {
  await seeToFirstAdmin(auth.setup, nothing, log)
  const token = /#setup=([\w-]{43})/.exec(lines[0]!)![1]!
  expect((await auth.setup.complete(token, { name: 'ada', password })).role).toBe('admin')
})

test('a token that was given is good, and not logged', async () => {
  const setupToken = 's'.repeat(40)
  await seeToFirstAdmin(auth.setup, { ...nothing, setupToken }, log)
  expect(lines).toEqual([])
  expect((await auth.setup.complete(setupToken, { name: 'ada', password })).name).toBe('ada')
})

test('the admin of the environment is made, and no token offered', async () => {
  await seeToFirstAdmin(auth.setup, { ...nothing, user: 'root', password }, log)
  expect(await auth.users.verify('root', password)).toMatchObject({ role: 'admin' })
  expect(lines.join()).not.toMatch(/setup=|correct horse/)
})

test('once there is somebody nothing is offered', async () => {
  await auth.users.create({ name: 'ada', password, role: 'admin' })
  await seeToFirstAdmin(auth.setup, nothing, log)
  expect(lines).toEqual([])
})

test('a name without a password is refused at start', async () => {
  await expect(seeToFirstAdmin(auth.setup, { ...nothing, user: 'root' }, log)).rejects.toThrow('both or none')
})
