import { buckets } from '@seine/contracts'
import { beforeEach, expect, test } from 'vitest'
import { cheapCost, memoryBuckets } from './auth.fixture.ts'
import { makePasswords } from './password.ts'
import { makeSetup, type Setup, type StoredSetup, setupTokenMs } from './setup.ts'
import { makeUsers, type StoredUser, type Users } from './users.ts'

const password = 'correct horse battery'
let now = 0
let users: Users
let setup: Setup
beforeEach(async () => {
  now = 1_700_000_000_000
  const { bucket } = memoryBuckets(() => now)
  const nowMs = () => now
  users = makeUsers({ bucket: await bucket<StoredUser>(buckets.users), passwords: makePasswords(cheapCost), nowMs })
  setup = makeSetup({ bucket: await bucket<StoredSetup>(buckets.users), users, nowMs })
})

test('a user is verified by the password, and nothing of it is shown', async () => {
  const user = await users.create({ name: 'ada', password, role: 'run' })
  expect(user).toEqual({ name: 'ada', role: 'run', createdAt: expect.any(String) })
  expect(await users.verify('ada', password)).toEqual(user)
  expect(await users.verify('ada', 'wrong')).toBeNull()
  expect(await users.verify('bob', password)).toBeNull()
  expect(await users.verify('setup.>', password)).toBeNull()
  expect(JSON.stringify(await users.list())).not.toContain('scrypt')
})

test('a name is taken once', async () => {
  await users.create({ name: 'ada', password, role: 'run' })
  expect(await users.create({ name: 'ada', password, role: 'admin' })).toBeNull()
  expect((await users.find('ada'))?.role).toBe('run')
})

test('a new password makes the old one and the sessions from before worthless', async () => {
  await users.create({ name: 'ada', password, role: 'run' })
  now += 1_000
  await users.change('ada', { password: 'another long password' })
  expect(await users.verify('ada', password)).toBeNull()
  expect((await users.find('ada'))?.sessionsFromMs).toBe(now)
})

test('the last admin can neither be removed nor made less', async () => {
  await users.create({ name: 'ada', password, role: 'admin' })
  await users.create({ name: 'bob', password, role: 'run' })
  expect(await users.remove('ada')).toBe('last-admin')
  expect(await users.change('ada', { role: 'run' })).toBe('last-admin')
  await users.change('bob', { role: 'admin' })
  expect(await users.remove('ada')).toBe('removed')
  expect(await users.remove('ada')).toBe('unknown')
  expect(await users.change('ada', {})).toBe('unknown')
})

test('the token of the setup makes one admin, once', async () => {
  const token = await setup.offer()
  expect(await setup.isNeeded()).toBe(true)
  const admin = await setup.complete(token!, { name: 'ada', password })
  expect(admin.role).toBe('admin')
  expect(await setup.isNeeded()).toBe(false)
  await expect(setup.complete(token!, { name: 'eve', password })).rejects.toMatchObject({ status: 403 })
  expect(await setup.offer()).toBeNull()
})

test('of two who use the token at the same moment one becomes admin', async () => {
  const token = (await setup.offer())!
  const results = await Promise.allSettled(['ada', 'eve'].map((name) => setup.complete(token, { name, password })))
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await users.list()).toHaveLength(1)
})

test('a token that nobody offered, or a day old, makes nobody', async () => {
  const token = (await setup.offer('t'.repeat(40)))!
  await expect(setup.complete('guess', { name: 'eve', password })).rejects.toMatchObject({ code: 'setup-refused' })
  now += setupTokenMs
  await expect(setup.complete(token, { name: 'ada', password })).rejects.toMatchObject({ code: 'setup-refused' })
})

test('a token that was used is not offered again by the next start', async () => {
  const token = 't'.repeat(40)
  await setup.offer(token)
  await setup.complete(token, { name: 'ada', password })
  await users.create({ name: 'bob', password, role: 'admin' })
  await users.remove('ada')
  await setup.offer(token)
  await expect(setup.complete(token, { name: 'eve', password })).rejects.toMatchObject({ status: 403 })
})

test('the admin of the environment is made once and never changed', async () => {
  expect(await setup.fromEnvironment({ name: 'root', password })).toBe(true)
  expect(await setup.fromEnvironment({ name: 'root', password: 'something else entirely' })).toBe(false)
  expect(await users.verify('root', password)).not.toBeNull()
})
