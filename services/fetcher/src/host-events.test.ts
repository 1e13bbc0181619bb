import { breakerDefaults, type HostView, observe, viewHost } from '@seine/politeness'
import { expect, it } from 'vitest'
import { hostEvents } from './host-events.ts'

const now = 1_000_000
const calm: HostView = viewHost(null, now)

it('tells nothing where nothing changed', () => {
  expect(hostEvents('a.test', calm, calm)).toEqual([])
})

it('tells that a host is left alone, once a block', () => {
  const busy = viewHost(observe(null, { kind: 'throttled', retryAfterMs: 30_000, reason: 'rate-limited' }, now), now)
  expect(hostEvents('a.test', calm, busy)).toEqual([
    { type: 'host.blocked', data: { host: 'a.test', untilMs: now + 30_000, reason: 'rate-limited' } },
  ])
  expect(hostEvents('a.test', busy, { ...busy, blockedUntilMs: now + 30_500 })).toEqual([])
})

it('tells that a breaker opened, why, and when it lets a probe through', () => {
  let state: unknown = null
  for (let i = 0; i < breakerDefaults.minCalls; i++)
    state = observe(state, { kind: 'failure', reason: 'connect-refused' }, now + i)
  const open = viewHost(state, now + 100)
  const [event] = hostEvents('a.test', calm, open)
  expect(event).toMatchObject({ type: 'host.breaker', data: { host: 'a.test', state: 'open' } })
  expect(event?.data).toHaveProperty('untilMs', open.probeAtMs)
})
