import { buckets } from '@seine/contracts'
import { beforeEach, expect, test } from 'vitest'
import { type ApiKeys, makeApiKeys, type StoredApiKey } from './api-keys.ts'
import { memoryBuckets } from './auth.fixture.ts'
import { believedMs } from './lookup.ts'

let now = 0
let store: ReturnType<typeof memoryBuckets>
let keys: ApiKeys
beforeEach(async () => {
  now = 1_700_000_000_000
  store = memoryBuckets(() => now)
  keys = makeApiKeys({ bucket: await store.bucket<StoredApiKey>(buckets.api_keys), nowMs: () => now })
})

const wanted = { name: 'ci', scope: 'run', createdBy: 'user:ada', expiresAt: null } as const

test('a key is told once and stored as a hash', async () => {
  const { key, secret } = await keys.create(wanted)
  expect(secret).toMatch(new RegExp(`^seine_${key.id}_[\\w-]{43}$`))
  expect(await keys.verify(secret)).toMatchObject({ id: key.id, name: 'ci', scope: 'run' })
  const stored = JSON.stringify(await (await store.bucket(buckets.api_keys)).list('>'))
  expect(stored).not.toContain(secret.slice(-43))
  expect(JSON.stringify(await keys.list())).not.toMatch(/sha256|secret/)
})

test.each([
  ['no key at all', () => 'hello'],
  ['another secret', (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
  ['an unknown id', (secret: string) => secret.replace(/_[a-f0-9]{12}_/, '_000000000000_')],
  ['wildcards for an id', (secret: string) => secret.replace(/_[a-f0-9]{12}_/, '_>_')],
  ['a key and more', (secret: string) => `${secret} `],
])('%s is no key', async (_what, change) => {
  const { secret } = await keys.create(wanted)
  expect(await keys.verify(change(secret))).toBeNull()
})

test('it expires at its time', async () => {
  const { secret } = await keys.create({ ...wanted, expiresAt: new Date(now + 10_000).toISOString() })
  now += 9_999
  expect(await keys.verify(secret)).not.toBeNull()
  now += 1
  expect(await keys.verify(secret)).toBeNull()
})

test('a revoked key is worth nothing at once here, and within a second on other replicas', async () => {
  const elsewhere = makeApiKeys({ bucket: await store.bucket<StoredApiKey>(buckets.api_keys), nowMs: () => now })
  const { key, secret } = await keys.create(wanted)
  await keys.verify(secret)
  now += 1
  await elsewhere.verify(secret)
  expect(await keys.revoke(key.id)).toBe(true)
  expect(await keys.verify(secret)).toBeNull()
  now += believedMs
  expect(await elsewhere.verify(secret)).toBeNull()
  expect(await keys.revoke(key.id)).toBe(false)
})

test('when it was last used is written once a minute at most, and does not bring a revoked key back', async () => {
  const { key, secret } = await keys.create(wanted)
  const before = store.state.writes
  for (let second = 0; second < 120; second++) {
    await keys.verify(secret)
    now += 1_000
  }
  expect(store.state.writes - before).toBe(2)
  expect((await keys.list())[0]?.lastUsedAt).toBe(new Date(now - 60_000).toISOString())
  now += 60_000
  const bucket = await store.bucket<StoredApiKey>(buckets.api_keys)
  const racing = makeApiKeys({
    bucket: {
      ...bucket,
      async get(id) {
        const found = await bucket.get(id)
        await bucket.delete(id)
        return found
      },
    },
    nowMs: () => now,
  })
  await racing.verify(secret)
  expect(await bucket.get(key.id)).toBeNull()
})

test('many requests at once read it once', async () => {
  const { secret } = await keys.create(wanted)
  await keys.verify(secret)
  now += believedMs
  const before = store.state.reads
  await Promise.all(Array.from({ length: 50 }, () => keys.verify(secret)))
  expect(store.state.reads - before).toBe(1)
})
