import type { Bucket } from '@seine/bus'
import { consumers, hostKey, policySchema } from '@seine/contracts'
import { hostOf } from '@seine/urls'
import { expect, test } from 'vitest'
import { fetchLeaseMs, makeRobotsOf } from './robots-of.ts'

const url = 'http://lamps.test/p/1'
const loaded = { plan: { policy: policySchema.parse({}) } }

test('a fetcher that was killed over robots.txt holds its host up no longer than its tasks', async () => {
  let nowMs = 1_000
  let entry = { value: { state: 'fetching', untilMs: nowMs + fetchLeaseMs }, revision: 1, storedAtMs: nowMs }
  const bucket = {
    get: async (key: string) => (key === hostKey(hostOf(url)) ? entry : null),
    update: async (_: string, value: typeof entry.value) => {
      entry = { value, revision: entry.revision + 1, storedAtMs: nowMs }
      return entry.revision
    },
    put: async () => 3,
  } as unknown as Bucket<unknown>
  let asked = 0
  const ask = async () => {
    asked++
    return { kind: 'answer', answer: { status: 404, body: new Uint8Array(), location: null } }
  }
  const robotsOf = makeRobotsOf({ bucket, ask: ask as never, nowMs: () => nowMs })
  expect(await robotsOf(url, loaded, {} as never)).toMatchObject({ ending: { reason: 'robots-fetching' } })
  nowMs += Math.max(fetchLeaseMs, consumers.fetchHttp.ackWaitMs)
  expect(fetchLeaseMs).toBeLessThanOrEqual(consumers.fetchHttp.ackWaitMs)
  expect(await robotsOf(url, loaded, {} as never)).toMatchObject({ kind: 'rules' })
  expect(asked).toBe(1)
})
