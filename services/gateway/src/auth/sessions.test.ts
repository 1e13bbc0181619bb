import { buckets } from '@seine/contracts'
import { beforeEach, expect, test } from 'vitest'
import { memoryBuckets } from './auth.fixture.ts'
import { digestOf } from './secret.ts'
import { idleMs, longestMs, makeSessions, type Sessions, type StoredSession } from './sessions.ts'

let now = 0
let store: ReturnType<typeof memoryBuckets>
let sessions: Sessions
beforeEach(async () => {
  now = 1_700_000_000_000
  store = memoryBuckets(() => now)
  sessions = makeSessions({ bucket: await store.bucket<StoredSession>(buckets.sessions), nowMs: () => now })
})

test('a session is found by its id, and stored under a hash of it', async () => {
  const { id, csrfToken } = await sessions.open('ada')
  expect(await sessions.find(id)).toMatchObject({ user: 'ada', csrfToken })
  const bucket = await store.bucket<StoredSession>(buckets.sessions)
  expect(await bucket.get(digestOf(id))).not.toBeNull()
  expect(JSON.stringify(await bucket.list('>'))).not.toContain(id)
})

test('each login has another id and another CSRF token', async () => {
  const [one, other] = [await sessions.open('ada'), await sessions.open('ada')]
  expect(one.id).not.toBe(other.id)
  expect(one.csrfToken).not.toBe(other.csrfToken)
})

test('it ends when nothing was asked for 30 minutes, and goes on while something is', async () => {
  const { id } = await sessions.open('ada')
  for (let n = 0; n < 10; n++) {
    now += idleMs - 1
    expect(await sessions.find(id)).not.toBeNull()
  }
  now += idleMs
  expect(await sessions.find(id)).toBeNull()
})

test('it ends after a day in any case', async () => {
  const { id } = await sessions.open('ada')
  for (let elapsed = 0; elapsed < longestMs; elapsed += idleMs / 2) {
    expect(await sessions.find(id)).not.toBeNull()
    now += idleMs / 2
  }
  expect(await sessions.find(id)).toBeNull()
})

test('its use is written down once a minute at most', async () => {
  const { id } = await sessions.open('ada')
  const before = store.state.writes
  for (let second = 0; second < 180; second++) {
    now += 1_000
    await sessions.find(id)
  }
  expect(store.state.writes - before).toBe(3)
})

test('a closed session stays closed, also when it is being used at that moment', async () => {
  const { id } = await sessions.open('ada')
  now += 120_000
  const bucket = await store.bucket<StoredSession>(buckets.sessions)
  const racing = makeSessions({
    bucket: {
      ...bucket,
      async get(key) {
        const found = await bucket.get(key)
        await bucket.delete(key)
        return found
      },
    },
    nowMs: () => now,
  })
  await racing.find(id)
  expect(await sessions.find(id)).toBeNull()
  expect(await bucket.list('>')).toEqual([])
})

test('where the broker does not answer nobody is let in on a guess', async () => {
  const { id } = await sessions.open('ada')
  store.state.failing = true
  await expect(sessions.find(id)).rejects.toMatchObject({ status: 503, code: 'unavailable' })
})

test('being looked at is no use: a page that is left open ends with its session', async () => {
  const { id } = await sessions.open('ada')
  for (let minute = 0; minute < 29; minute++) {
    now += 60_000
    expect(await sessions.find(id, { isUse: false })).not.toBeNull()
  }
  now += 60_000
  expect(await sessions.find(id)).toBeNull()
})
